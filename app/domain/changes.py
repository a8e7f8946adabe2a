"""What was changed in a merchant's settings, in one line that names nobody."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from app.domain.policy import Mode, Policy


def changed(before: Policy, after: Policy) -> str:
    """Return the names of the settings that differ, with both values where they are figures, switches or modes.

    Words that somebody typed are not repeated.
    """
    return ", ".join(_changed(before, after, ""))


def _changed(before: Any, after: Any, path: str) -> Iterator[str]:  # noqa: ANN401  # any part of a policy
    for field in fields(after):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if is_dataclass(new):
            yield from _changed(old, new, f"{path}{field.name}.")
        elif old != new:
            plain = all(value is None or isinstance(value, int | Mode) for value in (old, new))
            yield f"{path}{field.name}: {_said(old)} → {_said(new)}" if plain else f"{path}{field.name}"


def _said(value: int | Mode | None) -> str:
    return "none" if value is None else str(value).lower()

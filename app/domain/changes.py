"""What was changed in a merchant's settings: each setting by itself, or all in one line that names nobody."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from app.domain.policy import Mode, Policy


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting that differs; its path is as in the policy, such as "team.refund_mode"."""

    path: str
    old: Any
    new: Any


def differences(before: Policy, after: Policy) -> list[Difference]:
    """Return the settings that differ, in the order in which the policy has them."""
    return list(_differences(before, after, ""))


def changed(before: Policy, after: Policy) -> str:
    """Return the names of the settings that differ, with both values where they are figures, switches or modes.

    Words that somebody typed are not repeated.
    """
    return ", ".join(_told(each) for each in differences(before, after))


def _differences(before: Any, after: Any, path: str) -> Iterator[Difference]:  # noqa: ANN401  # any part of a policy
    for field in fields(after):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if is_dataclass(new):
            yield from _differences(old, new, f"{path}{field.name}.")
        elif old != new:
            yield Difference(f"{path}{field.name}", old, new)


def _told(each: Difference) -> str:
    plain = all(value is None or isinstance(value, int | Mode) for value in (each.old, each.new))
    return f"{each.path}: {_said(each.old)} → {_said(each.new)}" if plain else each.path


def _said(value: int | Mode | None) -> str:
    return "none" if value is None else str(value).lower()

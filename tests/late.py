"""What the practice store takes on and carries out late: when a test says so, not when some seconds are over."""

from collections.abc import Callable
from threading import Lock, Timer
from types import SimpleNamespace

import pytest

from integrations.sandbox.store import endpoint


def hold_back(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Hold back what stores carry out late, whatever the seconds say; the returned lets it all be carried out."""
    held: list[Timer] = []

    class Late(Timer):
        def start(self) -> None:
            held.append(self)

        def join(self, timeout: float | None = None) -> None:
            del timeout  # whoever is never let go is not waited for

    def carry_out() -> None:
        while held:
            late = held.pop(0)
            late.function(*late.args, **late.kwargs)

    monkeypatch.setattr(endpoint, "threading", SimpleNamespace(Timer=Late, Lock=Lock))
    return carry_out

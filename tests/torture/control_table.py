"""The house with one of its safeguards taken out: there, whoever looks for violations must find some."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest
from sqlalchemy import update

from app.domain.effects import State
from app.store import conditions, endings, groups, inbox, ledger, settling
from app.store.tables import Effect
from jobs import deeds
from jobs.runtime import World
from tests.torture.scene import Scene

Patch = pytest.MonkeyPatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """What is taken out, and the flow in which that must show: when its process dies, or when it is frozen."""

    flow: str
    take_out: Callable[[Patch, Scene], None]
    frozen: bool = False
    only_afterwards: bool = False  # taken out after the first death: without it, even an undisturbed life ends badly


def no_gate(patch: Patch, _scene: Scene) -> None:
    """Let the gate open and leave no trace of it."""
    whole = groups.gate

    def gate(session: Any, ready: Any, **terms: Any) -> Any:
        sent = whole(session, ready, **terms)
        ids = [deed.id for deed in sent]
        session.execute(update(Effect).where(Effect.id.in_(ids)).values(state=State.PLANNED))
        return sent

    patch.setattr(groups, "gate", gate)
    look_no_more(patch)


def look_no_more(patch: Patch) -> None:
    """Let nobody ask before a call whether the deed is still theirs."""
    patch.setattr(ledger, "is_ours", lambda *_, **__: True)


def no_look_back(patch: Patch, _scene: Scene) -> None:
    """Do again whatever is in doubt, without looking for it."""
    patch.setattr(deeds, "find", lambda *_: None)


def no_quarantine(patch: Patch, _scene: Scene) -> None:
    """Look at once for what the store may still be at work on."""
    patch.setattr(World, "quarantine", timedelta())


def no_unique_key(patch: Patch, _scene: Scene) -> None:
    """Take every delivery for a new one."""
    whole, numbers = inbox.receive, iter(range(10**6))

    def receive(session: Any, *, delivery_key: str, **terms: Any) -> bool:
        return whole(session, delivery_key=f"{delivery_key}-{next(numbers)}", **terms)

    patch.setattr(inbox, "receive", receive)


def no_token(patch: Patch, _scene: Scene) -> None:
    """Believe every worker, however long it was away."""
    patch.setattr(endings, "believed", lambda *some: conditions.Effect.id.in_([deed.id for deed in some]))
    look_no_more(patch)


def a_commit_too_early(patch: Patch, scene: Scene) -> None:
    """Set money aside for good before the rest is written."""
    whole = settling.pools.reserve

    def reserve(session: Any, **terms: Any) -> bool:
        fits = whole(session, **terms)
        for statement in ("COMMIT", "BEGIN IMMEDIATE"):
            session.connection().exec_driver_sql(statement)
        scene.watched.watch.commits += 1
        return fits

    patch.setattr(settling.pools, "reserve", reserve)


CONTROLS: Mapping[str, Control] = MappingProxyType(
    {
        "no gate": Control(flow="note", take_out=no_gate),
        "no look back": Control(flow="note", take_out=no_look_back),
        "no quarantine": Control(flow="gift-order+late-commit", take_out=no_quarantine, only_afterwards=True),
        "no unique key": Control(flow="gift", take_out=no_unique_key),
        "no token": Control(flow="refund", take_out=no_token, frozen=True),
        "a commit too early": Control(flow="gift", take_out=a_commit_too_early),
    }
)

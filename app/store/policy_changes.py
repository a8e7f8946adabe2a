"""What merchants changed in their settings, setting by setting, with what each was and is.

The trail tells of the same changes under its seal, and repeats no words; here the merchant reads what they decided.
"""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.domain.changes import differences
from app.domain.policy import Policy
from app.store import trail
from app.store.change_tables import PolicyChange

_POLICY = TypeAdapter(Policy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One setting that was changed, and in whose name, as the trail names them."""

    at: datetime
    who: str
    path: str
    before: object
    after: object


def keep(session: Session, *, shop_id: int, old: Policy, new: Policy, now: datetime) -> None:
    """Write down what differs between the two policies."""
    was, is_now = (_POLICY.dump_python(policy, mode="json") for policy in (old, new))
    rows = [
        {
            "shop_id": shop_id,
            "at": now,
            "who": trail.whose(session),
            "path": each.path,
            "before": _found(was, each.path),
            "after": _found(is_now, each.path),
        }
        for each in differences(old, new)
    ]
    if rows:
        session.execute(insert(PolicyChange), rows)


def place(session: Session, *, shop_id: int) -> int:
    """Return the place of the shop's newest change in the list of them: what is changed from now on comes after it."""
    return session.scalar(select(func.max(PolicyChange.id)).where(PolicyChange.shop_id == shop_id)) or 0


def newest(session: Session, *, shop_id: int, paths: Collection[str], limit: int, after: int = 0) -> list[Change]:
    """Return the newest changes of these settings, after that place; what only another version knows is left out."""
    mine = (PolicyChange.shop_id == shop_id, PolicyChange.path.in_(paths), PolicyChange.id > after)
    found = session.scalars(select(PolicyChange).where(*mine).order_by(PolicyChange.id.desc()).limit(limit))
    changes = []
    for row in found:
        with suppress(ValidationError, AttributeError):
            was, became = (_meant(row.path, kept) for kept in (row.before, row.after))
            changes.append(Change(at=row.at, who=row.who, path=row.path, before=was, after=became))
    return changes


def last(session: Session, *, shop_id: int, paths: Collection[str]) -> dict[str, datetime]:
    """Return when each of these settings was changed last; one that never was is not among them."""
    mine = (PolicyChange.shop_id == shop_id, PolicyChange.path.in_(paths))
    found = session.execute(
        select(PolicyChange.path, func.max(PolicyChange.at)).where(*mine).group_by(PolicyChange.path)
    )
    return {row[0]: row[1] for row in found}


def _found(document: dict[str, Any], path: str) -> Any:  # noqa: ANN401  # whatever a policy holds
    return reduce(lambda part, name: part[name], path.split("."), document)


def _meant(path: str, kept: Any) -> object:  # noqa: ANN401  # whatever a policy holds
    """Return a value of a document as the policy has it: read by the policy's own reader, in its place."""
    document: Any = kept
    for name in reversed(path.split(".")):
        document = {name: document}
    return reduce(getattr, path.split("."), _POLICY.validate_python(document))

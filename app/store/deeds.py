"""A ledger row as the rest of the house sees it, there and back."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Annotated, Any, get_args

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from sqlalchemy import Row

from app.domain.agents import Reason
from app.domain.effects import Effect as DomainEffect
from app.domain.effects import SendGift, State, WriteCard
from app.domain.money import Money
from app.store.tables import Effect

PENDING = "pending"  # the code of a deed that is done and may yet fail
VOUCHED = "vouched"  # the code of a deed that a person knows not to have happened
IN_HANDS = "by_hand"  # the code of a deed that a person is to do, for nobody else can
# The kinds of deeds that this version knows: beside a newer one, or after one, there may be others.
KINDS = frozenset(
    str(field.default) for deed in get_args(DomainEffect) for field in fields(deed) if field.name == "kind"
)
_EFFECT: TypeAdapter[DomainEffect] = TypeAdapter(
    Annotated[DomainEffect, Field(discriminator="kind")],
    config=ConfigDict(hide_input_in_errors=True),  # it speaks of people, and errors end in logs
)


class Unreadable(Exception):
    """The row is none that this version understands; the text names the row, and nothing of the deed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One ledger row in the hands of a worker."""

    id: int
    shop_id: int
    key: str
    rule: str
    state: State
    effect: DomainEffect
    due_at: datetime
    attempts: int
    tries: int  # attempts that were more than a wait
    sends: int
    cost: Money | None
    pool_id: int | None
    decision_id: int | None
    because: str
    created_at: datetime
    code: str | None = None
    reference: str | None = None
    remark: str | None = None
    request: str | None = None
    agent_id: int | None = None  # who of the team asked for it
    first_sent_at: datetime | None = None
    sent_at: datetime | None = None  # when the gate was passed last

    @property
    def pending(self) -> bool:
        """Whether it was done and may yet fail, as money does that is on its way."""
        return self.state is State.DONE and self.code == PENDING

    @property
    def by_hand(self) -> bool:
        """Whether nobody was asked to do it, and a person is to."""
        theirs = isinstance(self.effect, WriteCard) or self.code == IN_HANDS
        return theirs and self.state is State.UNCERTAIN

    @property
    def refusal(self) -> str | None:
        """Return the no that was given to a repeat of a doubtful deed: it holds should no earlier try be found."""
        return self.remark if self.state is State.UNCERTAIN else None

    @property
    def for_a_person(self) -> bool:
        """Return whether somebody waits for it: a ticket is before an agent's eyes."""
        return isinstance(getattr(self.effect, "ticket_id", None), str)


def described(effect: DomainEffect) -> dict[str, Any]:
    """Return the columns that say what the deed is."""
    return {
        "key": effect.key,
        "kind": effect.kind,
        "payload": _EFFECT.dump_python(effect, mode="json"),
        "customer_id": getattr(effect, "customer_id", None),
        "order_id": getattr(effect, "order_id", None),
        "ticket_id": getattr(effect, "ticket_id", None),
        "vendor": vendor_of(effect),
    }


def vendor_of(effect: DomainEffect) -> str | None:
    """Return who brings it, where there are several who could."""
    return effect.vendor if isinstance(effect, SendGift) else None


def understood(row: Effect | Row[*tuple[Any, ...]]) -> DomainEffect:
    """Return what the row's deed is; raise Unreadable where the row contradicts itself, or only others know it."""
    try:
        effect = _EFFECT.validate_python(row.payload)
    except ValidationError:
        effect = None
    if effect is None or effect.kind != row.kind:
        raise Unreadable(f"effect {row.id}")
    return effect


def reason_of(said: str | None) -> Reason | None:
    """Return the reason that a row was given; None where there is none, or it is for another version to understand."""
    return Reason(said) if said in set(Reason) else None


def deed_of(row: Effect, currency: str) -> Deed:
    """Return the row; its amounts are in the shop's currency. Raises Unreadable."""
    if row.state not in set(State):
        raise Unreadable(f"effect {row.id}")
    return Deed(
        id=row.id,
        shop_id=row.shop_id,
        key=row.key,
        rule=row.rule,
        state=State(row.state),
        effect=understood(row),
        due_at=row.due_at,
        attempts=row.attempts,
        tries=row.attempts - row.waits,
        sends=row.sends,
        cost=None if row.cost_minor is None else Money(minor=row.cost_minor, currency=currency),
        pool_id=row.pool_id,
        decision_id=row.decision_id,
        because=row.problem or row.because,
        created_at=row.created_at,
        code=row.code,
        reference=row.reference,
        remark=row.remark,
        request=row.request,
        agent_id=row.agent_id,
        first_sent_at=row.first_sent_at,
        sent_at=row.sent_at or row.first_sent_at,
    )


def readable(rows: Iterable[Effect], currency: str) -> Iterator[Deed]:
    """Yield the rows, and pass over what is for another version to understand."""
    for row in rows:
        with suppress(Unreadable):
            yield deed_of(row, currency)

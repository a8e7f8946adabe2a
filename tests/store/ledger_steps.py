"""The ledger's moves, each in a transaction of its own, as workers and people make them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.domain.effects import Plan, State
from app.domain.policy import Mode
from app.domain.ports import Receipt
from app.store import endings, groups, ledger
from app.store.base import Sessions, unit_of_work
from app.store.ledger import Deed, Purse
from app.store.tables import Effect, Pool
from tests.builders import HOUR, MINUTE, NOON, paid, purse, receipt
from tests.store.bookkeeping import pick

GIVEN = ("awaiting", "planned", "sending", "uncertain", "done")
NOT_GIVEN = ("observed", "refused", "withdrawn", "over_budget")
LEASE = 2 * MINUTE
QUARANTINE = MINUTE


@dataclass(frozen=True, slots=True)
class Steps:
    """One shop's ledger, moved step by step."""

    sessions: Sessions
    shop_id: int

    def plan(
        self,
        plan: Plan | None = None,
        *,
        mode: Mode = Mode.AUTO,
        decision_id: int | None = None,
        purse: Purse = purse(),  # noqa: B008  # frozen
        rule: str = "refund_keep",
    ) -> Deed | None:
        with unit_of_work(self.sessions) as session:
            return ledger.plan(
                session,
                shop_id=self.shop_id,
                decision_id=decision_id,
                rule=rule,
                because="Robin refunds.",
                plan=plan or paid(),
                mode=mode,
                purse=purse,
                now=NOON,
            )

    def planned(self, plan: Plan | None = None, **options: Any) -> Deed:  # those of `plan`
        """Plan something that was not in the ledger yet."""
        deed = self.plan(plan, **options)
        assert deed is not None
        return deed

    def approve(self, effect_id: int, *, purse: Purse = purse()) -> list[Deed]:  # noqa: B008  # frozen
        with unit_of_work(self.sessions) as session:
            return ledger.approve(session, shop_id=self.shop_id, effect_id=effect_id, purse=purse, now=NOON)

    def decline(self, effect_id: int) -> list[Deed]:
        with unit_of_work(self.sessions) as session:
            return ledger.decline(
                session, shop_id=self.shop_id, effect_id=effect_id, why="no", now=NOON, currency="USD"
            )

    def withdraw(self, key: str) -> Deed | None:
        with unit_of_work(self.sessions) as session:
            return ledger.withdraw(
                session, shop_id=self.shop_id, key=key, code="withdrawn", why="no", now=NOON, currency="USD"
            )

    def due(self, now: datetime = NOON) -> list[int]:
        """Return what a worker would take in hand, in that order, and leave it where it is."""
        with self.sessions() as session:
            deeds, _ = groups.pick(session, shop_id=self.shop_id, now=now, lease=LEASE, limit=50, currency="USD")
            session.rollback()
        return [deed.id for deed in deeds]

    def pick(self, effect_id: int, now: datetime = NOON) -> Deed | None:
        with unit_of_work(self.sessions) as session:
            return pick(session, effect_id, shop_id=self.shop_id, now=now, lease=LEASE)

    def picked(self, effect_id: int, now: datetime = NOON) -> Deed:
        deed = self.pick(effect_id, now)
        assert deed is not None
        return deed

    def gate(self, deed: Deed, now: datetime = NOON, request: str | None = None) -> Deed | None:
        with unit_of_work(self.sessions) as session:
            return ledger.gate(session, deed, now=now, lease=LEASE, request=request)

    def sent(self, effect_id: int, now: datetime = NOON) -> Deed:
        """Pick the deed and pass the gate with it."""
        deed = self.gate(self.picked(effect_id, now), now)
        assert deed is not None
        return deed

    def done(self, deed: Deed, proof: Receipt = receipt()) -> bool:  # noqa: B008  # frozen
        with unit_of_work(self.sessions) as session:
            return endings.done(session, deed, proof, now=NOON, look_at=NOON + HOUR)

    def refuse(self, deed: Deed) -> bool:
        with unit_of_work(self.sessions) as session:
            return endings.refuse(session, deed, code="refused", why="no", now=NOON)

    def drop(self, deed: Deed) -> bool:
        with unit_of_work(self.sessions) as session:
            return endings.drop(session, deed, code="too_late", why="no", now=NOON)

    def put_back(self, deed: Deed, until: datetime = NOON, *, afresh: bool = False) -> bool:
        with unit_of_work(self.sessions) as session:
            return endings.put_back(session, deed, until=until, why="later", afresh=afresh)

    def ask_to_wait(self, deed: Deed, until: datetime = NOON) -> bool:
        with unit_of_work(self.sessions) as session:
            return endings.ask_to_wait(session, deed, until=until, why="busy")

    def doubt(self, deed: Deed, until: datetime | None = NOON) -> bool:
        with unit_of_work(self.sessions) as session:
            return endings.doubt(session, deed, until=until, why="lost")

    def doubt_the_silent(self, now: datetime) -> int:
        with unit_of_work(self.sessions) as session:
            return endings.doubt_the_silent(session, shop_id=self.shop_id, now=now, quarantine=QUARANTINE)

    def read(self, effect_id: int) -> Deed:
        with unit_of_work(self.sessions) as session:
            deed = ledger.read(session, shop_id=self.shop_id, effect_id=effect_id, currency="USD")
        assert deed is not None
        return deed

    def state(self, effect_id: int) -> State:
        return self.read(effect_id).state

    def row(self, effect_id: int) -> Effect:
        with unit_of_work(self.sessions) as session:
            return session.get_one(Effect, effect_id)

    def money(self, month: str = "2026-11") -> tuple[int, int]:
        """Return what is reserved and what is spent of the team's pool."""
        with unit_of_work(self.sessions) as session:
            found = session.execute(
                select(Pool.reserved_minor, Pool.spent_minor).where(
                    Pool.shop_id == self.shop_id, Pool.month == month, Pool.name == "team"
                )
            ).one_or_none()
        return (0, 0) if found is None else (found[0], found[1])


def after(lease: timedelta = LEASE) -> datetime:
    """Return the moment at which a lease that began at noon is over."""
    return NOON + lease


def into(steps: Steps, state: str, plan: Plan, rule: str = "refund_keep") -> Deed:
    """Plan it and bring it into that state."""
    modes = {"observed": Mode.OBSERVE, "awaiting": Mode.APPROVE}
    deed = steps.planned(plan, mode=modes.get(state, Mode.AUTO), rule=rule)
    if state in {"sending", "uncertain", "done", "refused"}:
        sent = steps.sent(deed.id)
        ends = {"uncertain": steps.doubt, "done": steps.done, "refused": steps.refuse}
        if state in ends:
            assert ends[state](sent)  # type: ignore[operator]
    if state == "withdrawn":
        steps.withdraw(deed.key)
    if state == "over_budget":
        with unit_of_work(steps.sessions) as session:
            session.get_one(Effect, deed.id).state = State.OVER_BUDGET
    return deed

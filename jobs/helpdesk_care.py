"""Looking after merchants' helpdesks: what belongs there is made, looked at every night, and taken away in the end.

    claim (committed) ─▶ the helpdesk, no transaction open ─▶ what came of it (committed)

Whatever kills us in between leaves a connection that is taken up again when our hold on it is over, and furniture that
is found before any is made.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from app.domain.errors import KEY_IS_DEAD, KEY_MAY_LIVE, Busy, KeyRefused, Rejected, Unavailable, Uncertain
from app.domain.helpdesk_setup import Ail, Parts, Stage, Wiring
from app.domain.ports import ChoosyHelpdeskSetup, HelpdeskSetup
from app.domain.retry import MOST_ATTEMPTS, pause_when_busy, wait_after
from app.store import connections, key_waits, setups
from app.store import samples as sample_tickets
from app.store.base import Session, reading, unit_of_work
from app.store.sealed import Unsealable
from app.store.setups import Held
from app.store.shops import Merchant
from integrations import registry
from jobs import helpdesks, samples
from jobs.lever import Lever
from jobs.queue import Task
from jobs.runtime import World, desk_origin, local

log = structlog.get_logger("helpdesk")

LEASE = timedelta(minutes=10)  # longer than all calls of one look together
NIGHT = 3  # o'clock, in the shop's own time
DEAD = "The key was not taken."


@dataclass(frozen=True, slots=True)
class _ByHand:
    """Satisfies HelpdeskSetup where a person furnishes: there may be a test ticket of ours all the same."""

    knock: Callable[[], object]

    def install(self, wiring: Wiring, *, known: Parts) -> Parts:  # noqa: ARG002
        return {}

    def uninstall(self, wiring: Wiring, *, known: Parts) -> Parts:  # noqa: ARG002
        return {}

    def ails(self, *, known: Parts) -> frozenset[Ail]:  # noqa: ARG002
        self.knock()
        return frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Care:
    """One connection in hand, and the way to it."""

    world: World
    merchant: Merchant
    held: Held
    desk: HelpdeskSetup

    @property
    def wiring(self) -> Wiring:
        """Where this helpdesk finds us, and what it shows."""
        address = helpdesks.address(self.world, self.held.kind, self.held.url_token)
        return Wiring(
            shop=self.merchant.domain,
            hook_url=address,
            card_url=f"{address}/card",
            secret=self.held.secret,
            tag=self.merchant.policy.special_customer.tag,
            desk_url=helpdesks.desk_address(self.world, self.held.public_id),
        )

    @property
    def now(self) -> datetime:
        return self.world.clock.now()


def care_for(world: World, shop_id: int) -> None:
    """Look after each of the shop's helpdesks that it is time for. A shop that took us out has some to be left."""
    world.bell.heard(Task.HELPDESKS, shop_id)
    merchant = world.known(shop_id)
    if merchant is None:
        return
    with reading(world.sessions) as session:
        kinds = setups.due_of(session, shop_id=shop_id, now=world.clock.now())
    for kind in kinds:
        try:
            care = _taken(world, merchant, kind)
        except Unsealable as problem:
            log.error("secrets.unsealable", shop=shop_id, problem=str(problem))  # noqa: TRY400  # no bug of ours
            continue
        if care is not None:
            _look_after(care)


def _taken(world: World, merchant: Merchant, kind: str) -> _Care | None:
    """Take a connection in hand; None when somebody else has it, or a person must see to it."""
    with unit_of_work(world.sessions) as session:
        now = world.clock.now()
        held = setups.claim(session, shop_id=merchant.id, kind=kind, seal=world.seal, now=now, lease=LEASE)
        if held is None:
            return None
        desk = _desk(world, held, by_hand=_has_sample(session, held))
        if desk is None and held.stage is Stage.LEAVING:
            setups.left(session, held, parts={}, seal=world.seal)
        elif desk is None:
            setups.not_now(session, held, why="", tries=0, look_at=None)
    return None if desk is None else _Care(world=world, merchant=merchant, held=held, desk=desk)


def _desk(world: World, held: Held, *, by_hand: bool) -> HelpdeskSetup | None:
    # The operator's switch alone holds these calls: they change nothing for anybody's customers.
    http, login = world.http.under(Lever(world.sessions)), world.login(held)
    origin = desk_origin(world.settings, held.kind)
    found = registry.helpdesk_setup(held.kind, origin, held.account, login, http=http)
    if found is not None or not by_hand:
        return found
    return _ByHand(lambda: registry.knock(held.kind, origin, held.account, login, http=http))


def _has_sample(session: Session, held: Held) -> bool:
    return sample_tickets.read(session, shop_id=held.shop_id, kind=held.kind) is not None


def _look_after(care: _Care) -> None:
    try:
        match care.held.stage:
            case Stage.SETTING_UP:
                _set_up(care)
            case Stage.LEAVING:
                _leave(care)
            case _:
                _check(care)
    except KeyRefused:
        _not_let_in(care)
    except Rejected as refusal:
        _not_now(care, str(refusal), look_at=None)
    except Busy as busy:
        _not_now(care, str(busy), look_at=care.now + pause_when_busy(busy), counts=False)
    except (Unavailable, Uncertain) as problem:
        _not_now(care, str(problem), look_at=care.now + wait_after(care.held.tries + 1))
    else:
        _let_in(care)


def _set_up(care: _Care) -> None:
    _learn_proofs(care)
    parts = care.desk.install(care.wiring, known=care.held.parts)
    again = samples.see_to(care.world, care.held)
    with unit_of_work(care.world.sessions) as session:
        setups.stands(session, care.held, parts=parts, now=care.now, look_at=again or _tonight(care))
        _not_overlooked(care, session, again)
    log.info("helpdesk.set_up", shop=care.merchant.id, kind=care.held.kind, parts=len(parts))


def _check(care: _Care) -> None:
    """Look whether all is there and on, and mend what is not. For a test ticket somebody waits before the page."""
    again = samples.see_to(care.world, care.held)
    parts, trouble = care.held.parts, ""
    ails = care.desk.ails(known=parts)
    _learn_proofs(care)
    if ails:
        try:
            parts = care.desk.install(care.wiring, known=parts)
        except Rejected as refusal:
            trouble = str(refusal)
    _write_down(care, ails, parts, trouble, again=again)


def _learn_proofs(care: _Care) -> None:
    """Write down by what their calls are proven, before there are any: a call that is not believed is lost."""
    if isinstance(care.desk, ChoosyHelpdeskSetup):
        proofs = care.desk.proofs(care.wiring, known=care.held.parts)
        voucher = care.desk.voucher(care.wiring)
        with unit_of_work(care.world.sessions) as session:
            setups.proven_by(session, care.held, proofs=proofs, voucher=voucher, seal=care.world.seal)


def _leave(care: _Care) -> None:
    behind = samples.clear(care.world, care.held)
    left = care.desk.uninstall(care.wiring, known=care.held.parts)
    _forget(care, {**left, **behind})


def _forget(care: _Care, left: Parts) -> None:
    with unit_of_work(care.world.sessions) as session:
        setups.left(session, care.held, parts=left, seal=care.world.seal)
    log.info("helpdesk.left", shop=care.merchant.id, kind=care.held.kind, behind=sorted(left))


def _write_down(
    care: _Care, ails: frozenset[Ail], parts: Parts, trouble: str = "", again: datetime | None = None
) -> None:
    with unit_of_work(care.world.sessions) as session:
        look_at = again or _tonight(care)
        news = setups.checked(
            session, care.held, ails=ails, parts=parts, trouble=trouble, now=care.now, look_at=look_at
        )
        _not_overlooked(care, session, again)
    for ail in sorted(news):
        log.warning("helpdesk.ails", shop=care.merchant.id, kind=care.held.kind, what=ail.value)


def _not_overlooked(care: _Care, session: Session, again: datetime | None) -> None:
    """Come back at once for a test ticket that was asked for, or is to go, since we looked for one."""
    sample = sample_tickets.read(session, shop_id=care.held.shop_id, kind=care.held.kind)
    if again is None and sample is not None and sample.to_do:
        setups.wake(session, shop_id=care.held.shop_id, kind=care.held.kind, now=care.now)


def _not_let_in(care: _Care) -> None:
    held, shop_id = care.held, care.merchant.id
    if held.stage is Stage.LEAVING:
        _forget(care, {**held.parts, **samples.made(care.world, held)})  # nobody will bring us another key
        return
    with unit_of_work(care.world.sessions) as session:
        news = connections.broke(session, shop_id=shop_id, kind=held.kind, now=care.now)
    if news:
        log.warning("helpdesk.broken", shop=shop_id, kind=held.kind)
    soon = care.now + timedelta(seconds=KEY_MAY_LIVE) if news else None  # a first no may be a passing one
    if held.stage is Stage.LIVE:
        _write_down(care, frozenset({Ail.KEY_DEAD}), held.parts, again=soon)
    else:
        _not_now(care, DEAD, look_at=soon or care.now + timedelta(seconds=KEY_IS_DEAD))


def _let_in(care: _Care) -> None:
    with unit_of_work(care.world.sessions) as session:
        news = connections.mended(session, shop_id=care.merchant.id, kind=care.held.kind)
        if news:
            key_waits.go_on(session, shop_id=care.merchant.id, kind=care.held.kind, now=care.now)
    if news:
        log.info("helpdesk.mended", shop=care.merchant.id, kind=care.held.kind)


def _not_now(care: _Care, why: str, *, look_at: datetime | None, counts: bool = True) -> None:
    held, tries = care.held, care.held.tries + counts
    if held.stage is Stage.LEAVING and (look_at is None or tries >= MOST_ATTEMPTS):
        _forget(care, {**held.parts, **samples.made(care.world, held)})
        return
    with unit_of_work(care.world.sessions) as session:
        setups.not_now(session, held, why=why, tries=tries, look_at=look_at)
    log.info("helpdesk.not_now", shop=care.merchant.id, kind=held.kind, problem=why)


def _tonight(care: _Care) -> datetime:
    """Return the next hour of the night at which somebody looks; never the same twice in a row."""
    now = local(care.merchant, care.now)
    night = now.replace(hour=NIGHT, minute=0, second=0, microsecond=0)
    return night if night > now else (now + timedelta(days=1)).replace(hour=NIGHT, minute=0, second=0, microsecond=0)

"""Mails to the merchant's team: who asks for a login link is answered, and what waits is handed over, each once."""

import structlog

from app.domain.mail import Mail
from app.domain.ports import Postman
from app.store import login_asks, mails, switch
from app.store.base import reading, unit_of_work
from app.store.mails import Taken
from app.store.sealed import Unsealable
from app.store.shops import Merchant
from jobs import agent_login
from jobs.handing_over import Round
from jobs.queue import Task
from jobs.runtime import World

log = structlog.get_logger("mail")

GONE = "Its reader is not in the team any more."


def post(world: World, shop_id: int) -> None:
    """Answer who asks, and hand over whatever waits; nothing leaves while the operator has stopped everything."""
    world.bell.heard(Task.MAILS, shop_id)
    _clear_out(world, shop_id)
    merchant = world.merchant(shop_id)
    if merchant is None or world.postman is None or _is_stopped(world):
        return
    going = Round(world=world, books=mails, of="login")
    try:
        while agent_login.answer_next(world, merchant):
            pass
        while (taken := _taken(world, merchant)) is not None:
            _hand_over(going, world.postman, taken)
    except Unsealable as problem:
        log.error("secrets.unsealable", shop=shop_id, problem=str(problem))  # noqa: TRY400  # no bug of ours


def _is_stopped(world: World) -> bool:
    with reading(world.sessions) as session:
        return switch.standstill(session) is not None


def _clear_out(world: World, shop_id: int) -> None:
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        login_asks.clear_out(session, shop_id=shop_id, now=now)
        mails.clear_out(session, shop_id=shop_id, now=now)


def _taken(world: World, merchant: Merchant) -> Taken | None:
    with unit_of_work(world.sessions) as session:
        return mails.take(session, shop_id=merchant.id, seal=world.seal, now=world.clock.now())


def _hand_over(going: Round[Taken], postman: Postman, taken: Taken) -> None:
    if taken.to is None:
        going.give_up(taken, GONE)
        return
    now = going.world.clock.now()
    mail = Mail(key=taken.key, to=taken.to, subject=taken.subject, text=taken.text, at=now)
    going.hand_over(postman, taken, mail, until=taken.until)

"""Flows around the month that is told by mail: from the first morning of the next one to a mail in the town's box."""

from datetime import UTC, datetime
from types import MappingProxyType

from app.store import story_mails
from app.store.base import reading
from app.store.story_mails import Reader
from integrations.sandbox.mailbox import letters
from jobs import story_mails as mails
from tests.torture.flows import Flow
from tests.torture.gift_flows import given_once, paid
from tests.torture.scene import Scene

AFTER_MIDNIGHT = datetime(2026, 12, 1, 5, 1, tzinfo=UTC)  # in New York, where the shop is
TILL_OPENING = 9 * 3_600
READERS = ("owner@x.example", "partner@x.example")


def month_is_over(scene: Scene) -> int:
    """Let two people be told of a month in which a gift was given, and let the next one's first morning come."""
    order = scene.order()
    paid(scene, order)
    scene.drain()
    given_once(scene, order)
    merchant = scene.world.known(scene.shop_id)
    assert merchant is not None
    for name in READERS:
        mails.ask(scene.world, merchant, address=name, language="en")
    scene.later(int((AFTER_MIDNIGHT - scene.world.clock.now()).total_seconds()))
    scene.go_on()  # the day's chores
    scene.later(TILL_OPENING)
    return order


def mailed(scene: Scene) -> list[str]:
    with scene.inner.books.turn() as turn:
        return sorted(mail["to"] for mail in letters.mails(turn))


def readers(scene: Scene) -> list[Reader]:
    with reading(scene.world.sessions) as session:
        return story_mails.readers(session, shop_id=scene.shop_id, seal=scene.world.seal)


def told_once(scene: Scene, _order: int) -> None:
    assert [each.month for each in readers(scene) if each.sent_at] == ["2026-11"] * len(READERS)
    assert mailed(scene) == [*READERS]


def nobody_knows(scene: Scene, _order: int) -> bool:
    """Return whether one was on its way when somebody died over it: it may have arrived, and is not sent again."""
    sent = [each.address for each in readers(scene) if each.sent_at]
    doubted = [each.address for each in readers(scene) if each.problem == story_mails.ON_ITS_WAY]
    return len(doubted) == 1 and len(sent) == 1 and mailed(scene) in (sent, sorted(sent + doubted))


FLOWS = MappingProxyType({"story": Flow(prepare=month_is_over, happened=told_once, may_end_otherwise=nobody_knows)})

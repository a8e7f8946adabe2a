"""Books and world are compared, every night and on demand: what does not fit is said aloud, once."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.domain.errors import Busy, Unavailable, Uncertain
from app.domain.ports import Receipt
from app.store import alarms, pulse, shops
from app.store.alarms import What
from app.store.base import unit_of_work
from app.store.tables import Effect
from integrations.gorgias.api import GorgiasHelpdesk
from jobs import audit, reconcile, restored, surroundings
from jobs.sweep import sweep
from tests.builders import DAY, HOUR, MINUTE, NOON
from tests.jobs.conftest import Practice

Screen = pytest.CaptureFixture[str]


@pytest.fixture
def ticket(inside: Practice) -> int:
    customer = inside.call("/town/cast")["bereaved_customer"]
    return int(inside.call("/town/tickets", {"customer_id": customer, "subject": "My mother's boots"})["ticket_id"])


def standing(inside: Practice) -> list[tuple[str, What]]:
    with unit_of_work(inside.world.sessions) as session:
        kinds = {row.id: row.kind for row in session.scalars(select(Effect))}
        return [(kinds[each.effect_id], each.what) for each in alarms.standing(session, shop_id=inside.shop_id)]


def compared(inside: Practice, back: timedelta = DAY) -> dict[int, What]:
    found = inside.world.enter(inside.shop_id)
    assert found is not None
    merchant, outside = found
    return audit.compare(inside.world, merchant, outside, inside.world.clock.now() - back)


def known_by(inside: Practice, effect_id: int, key: str) -> None:
    """Let our books know a deed by that key; under another than its own nobody finds it."""
    with unit_of_work(inside.world.sessions) as session:
        session.execute(update(Effect).where(Effect.id == effect_id).values(key=key))


def nobody_knows(*_: Any, **__: Any) -> None:
    raise Uncertain("nobody answered")


def kindness(inside: Practice, ticket: int) -> None:
    """Give a gift, and money back with a note about it."""
    inside.deliver(inside.order())
    inside.press(ticket, "refund_keep")
    inside.drain()


def test_given_deeds_that_were_done_when_compared_then_everything_fits(inside: Practice, ticket: int) -> None:
    kindness(inside, ticket)

    assert compared(inside) == {}
    assert {row.kind for row in inside.effects("post_note")} == {"post_note"}
    assert standing(inside) == []


def test_given_a_note_that_is_there_twice_when_compared_then_an_alarm_is_sounded_once(
    inside: Practice, ticket: int
) -> None:
    kindness(inside, ticket)
    (note,) = inside.effects("post_note")
    way = inside.world.enter(inside.shop_id)
    assert way is not None
    way[1].desks["gorgias"].post_note(str(ticket), text="once more", key=note.key)

    assert compared(inside) == {note.id: What.TWICE}
    compared(inside)
    assert standing(inside) == [("post_note", What.TWICE)]


def test_given_a_deed_that_is_not_out_there_when_the_night_comes_then_it_is_found_by_itself(
    inside: Practice, ticket: int
) -> None:
    kindness(inside, ticket)
    with unit_of_work(inside.world.sessions) as session:
        session.execute(update(Effect).where(Effect.kind == "refund_order").values(key="refund:of:nobody"))
    inside.later(86_400)

    sweep(inside.world, inside.shop_id)

    assert standing(inside) == [("refund_order", What.MISSING)]


def test_given_an_alarm_when_the_world_was_put_right_then_it_falls_silent_however_old_the_deed_is(
    inside: Practice, ticket: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    kindness(inside, ticket)
    (refund,) = inside.effects("refund_order")
    known_by(inside, refund.id, "refund:of:nobody")
    assert compared(inside) == {refund.id: What.MISSING}
    inside.later(3 * 86_400)

    assert compared(inside) == {refund.id: What.MISSING}
    with monkeypatch.context() as nobody_answers:
        nobody_answers.setattr("jobs.deeds.find", nobody_knows)
        compared(inside)
    assert standing(inside) == [("refund_order", What.MISSING)]

    known_by(inside, refund.id, refund.key)
    assert compared(inside) == {}
    assert standing(inside) == []


def test_given_an_alarm_about_a_deed_that_was_taken_back_when_compared_then_it_falls_silent(
    inside: Practice, ticket: int
) -> None:
    kindness(inside, ticket)
    (gift,) = inside.effects("add_gift_line")
    with unit_of_work(inside.world.sessions) as session:
        alarms.sound(session, shop_id=inside.shop_id, effect_ids=[gift.id], what=What.TWICE, now=NOON)
        session.execute(update(Effect).where(Effect.id == gift.id).values(state="withdrawn"))

    compared(inside)

    assert standing(inside) == []


def test_given_a_deed_in_doubt_for_an_hour_when_looked_over_then_somebody_is_called_until_it_is_settled(
    inside: Practice, ticket: int
) -> None:
    inside.press(ticket, "flowers", when_days="1")
    inside.drain()
    (flowers,) = inside.effects("send_flowers")
    now = inside.world.clock.now()
    with unit_of_work(inside.world.sessions) as session:
        lost = {"state": "uncertain", "next_try_at": None, "first_sent_at": now}
        session.execute(update(Effect).where(Effect.id == flowers.id).values(lost))

    audit.look_at_all_doubts(inside.world)
    assert standing(inside) == []
    inside.later(int((HOUR - MINUTE).total_seconds()) + 5)
    for _ in range(2):
        audit.look_at_all_doubts(inside.world)
    assert standing(inside) == [("send_flowers", What.IN_DOUBT)]
    assert "1 in doubt" in surroundings.alarmed(inside.world).words

    with unit_of_work(inside.world.sessions) as session:
        session.execute(update(Effect).where(Effect.id == flowers.id).values(state="done"))
    audit.look_at_all_doubts(inside.world)
    assert standing(inside) == []


def test_given_a_shop_when_reconciled_then_lost_news_is_found_doubts_are_settled_and_it_is_said(
    inside: Practice, ticket: int, capsys: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = inside.order()  # whose webhook is lost
    merchant = inside.world.merchant(inside.shop_id)
    assert merchant is not None

    assert reconcile.run(inside.world, merchant, DAY) == 0

    assert inside.gifts_on(order) == 1
    assert "1 orders were news" in capsys.readouterr().out

    monkeypatch.setattr("jobs.deeds.find", nobody_knows)
    assert compared(inside) == {}  # not known is not missing


@pytest.mark.parametrize("problem", [Busy("fewer calls", retry_after=20), Unavailable("our key is dead")], ids=repr)
@pytest.mark.parametrize("compared", [("post_note",), ("post_note", "add_gift_line")], ids=["notes", "gifts as well"])
def test_given_a_helpdesk_that_gives_no_answer_when_night_falls_then_nothing_else_waits_for_it(
    inside: Practice, ticket: int, problem: Unavailable, compared: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    kindness(inside, ticket)
    restored.run(inside.world)
    monkeypatch.setattr(alarms, "MARKED", compared)
    asked: list[str] = []

    def find_note(_: GorgiasHelpdesk, _ticket: str, *, key: str) -> Receipt | None:
        asked.append(key)
        raise problem

    monkeypatch.setattr(GorgiasHelpdesk, "find_note", find_note)
    inside.later(2 * 86_400)
    sweep(inside.world, inside.shop_id)

    assert asked
    with unit_of_work(inside.world.sessions) as session:
        assert pulse.held(session) == 0
        assert shops.history_state(session, shop_id=inside.shop_id).swept_nightly_to is not None

"""The operator takes up again what rests: one command, said twice or once, and the story goes on to its end."""

import pytest
from sqlalchemy import update

from app.domain.retry import MOST_ATTEMPTS
from app.store import trail as rows
from app.store.base import unit_of_work
from app.store.tables import Delivery
from jobs import replay
from tests.jobs.conftest import Practice

Screen = pytest.CaptureFixture[str]
ADDRESS = "ada@example.com"


def poison(inside: Practice) -> int:
    """Let a letter about an order be given up because every worker died of it; return the order."""
    order = inside.order()
    inside.deliver(order)
    with unit_of_work(inside.world.sessions) as session:
        session.execute(update(Delivery).where(Delivery.handled_at.is_(None)).values(attempts=MOST_ATTEMPTS))
    inside.drain()
    assert inside.set_aside() == ["delivery-1"]
    return order


def test_given_a_letter_that_was_given_up_when_replayed_then_its_gift_is_given_once(
    inside: Practice, capsys: Screen
) -> None:
    order = poison(inside)
    capsys.readouterr()
    replay.show(inside.world, None)
    shown = capsys.readouterr().out
    name = shown.split()[0]
    assert "given up after" in shown
    assert "lagniappe-practice.myshopify.com" in shown
    assert "@" not in shown

    assert replay.again(inside.world.signed(rows.OPERATOR), [name], None) == 0
    assert replay.again(inside.world, [name], None) == 1  # it does not rest any more
    inside.drain()
    assert inside.gifts_on(order) == 1

    with unit_of_work(inside.world.sessions) as session:
        told = rows.newest(session, shop_id=inside.shop_id, limit=100)
    assert [(line.who, line.why) for line in told if line.what == "replayed"] == [
        ("operator", name.replace(":", " ")),
    ]


def test_given_all_that_rests_when_replayed_then_every_one_comes_to_its_end(inside: Practice, capsys: Screen) -> None:
    order = poison(inside)

    assert replay.everything(inside.world, "lagniappe-practice.myshopify.com") == 0
    inside.drain()
    capsys.readouterr()
    replay.show(inside.world, None)

    assert capsys.readouterr().out == "nothing rests that was not done\n"
    assert inside.gifts_on(order) == 1


def test_given_names_that_are_none_when_replayed_then_it_is_said(inside: Practice, capsys: Screen) -> None:
    assert replay.again(inside.world, ["effect:999999", "delivery:999999"], None) == 1
    assert "effect:999999 does not rest here" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        replay.main(["order:1"])

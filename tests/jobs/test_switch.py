"""The switch, thrown while there is work in hand: the town counts what still comes to its doors."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.domain.effects import State
from app.domain.errors import Stopped
from app.domain.policy import Mode
from app.store import imports, shops, switch
from app.store.base import unit_of_work
from integrations.http import Answer, Http, Request
from jobs import go, history, stop
from jobs.practice import POLICY
from jobs.runtime import LIMITS
from tests.integrations.raw_server import HERE
from tests.jobs.conftest import Practice, read_past


@pytest.fixture
def wild(inside: Practice) -> Practice:
    """The practice shop, which slips a gift into every order."""
    gift = replace(POLICY.nth_order_gift, ordinals=(), every=2, mode=Mode.AUTO, per_day=1000)
    inside.policy(replace(POLICY, nth_order_gift=replace(gift, ordinals=tuple(range(1, 20)), every=None)))
    return inside


class ThrownAfter(Http):
    """Throws the operator's switch after the call whose operation is named."""

    def __init__(self, here: Practice, operation: str) -> None:
        super().__init__(LIMITS, trusted=HERE)
        self._here, self._operation = here, operation

    def call(self, request: Request) -> Answer:
        found = super().call(request)
        if isinstance(request.body, dict) and request.body.get("operationName") == self._operation:
            throw(self._here)
        return found


def throw(here: Practice) -> None:
    with unit_of_work(here.world.sessions) as session:
        switch.stop(session, because="A rule ran wild.", now=here.world.clock.now())


def release(here: Practice) -> None:
    with unit_of_work(here.world.sessions) as session:
        switch.release(session, now=here.world.clock.now())


@pytest.mark.parametrize("whose", ["operator", "merchant"])
def test_given_everything_is_stopped_when_news_come_then_it_is_decided_and_nothing_leaves(
    wild: Practice, whose: str
) -> None:
    order = wild.order()
    wild.deliver(order)
    if whose == "operator":
        throw(wild)
    else:
        wild.pause(paused=True)
    before = wild.call("/town/writes")

    wild.drain()

    assert [row.state for row in wild.effects("add_gift_line")] == [State.PLANNED]
    assert wild.call("/town/writes") == before
    release(wild)
    wild.pause(paused=False)
    wild.drain()
    assert wild.gifts_on(order) == 1


@pytest.mark.parametrize("step", ["OrderEditBegin", "OrderEditAddVariant", "OrderEditDiscount"])
def test_given_a_gift_is_half_way_in_when_everything_is_stopped_then_not_a_step_more_is_made(
    wild: Practice, step: str
) -> None:
    order = wild.order()
    wild.deliver(order)
    hasty = replace(wild, world=replace(wild.world, http=ThrownAfter(wild, step)))

    hasty.drain()

    stopped_at = wild.call("/town/writes")
    (row,) = wild.effects("add_gift_line")
    assert (row.state, row.waits) == (State.PLANNED, 1)  # that was no try
    assert wild.gifts_on(order) == 0
    wild.later(200)
    wild.drain()
    assert wild.call("/town/writes") == stopped_at
    release(wild)
    wild.drain()
    assert wild.gifts_on(order) == 1


def test_given_everything_is_stopped_when_the_past_is_to_be_read_then_no_export_is_begun_until_it_goes_on(
    wild: Practice,
) -> None:
    with unit_of_work(wild.world.sessions) as session:
        imports.again(session, shop_id=wild.shop_id)
    throw(wild)
    before = wild.call("/town/writes")

    history.import_history(wild.world, wild.shop_id)

    assert wild.call("/town/writes") == before
    release(wild)
    wild.later(5)
    history.import_history(wild.world, wild.shop_id)
    assert wild.call("/town/writes")["store"] > before["store"]


def test_given_a_merchant_who_stopped_everything_when_the_past_is_to_be_read_then_it_is(wild: Practice) -> None:
    with unit_of_work(wild.world.sessions) as session:
        imports.again(session, shop_id=wild.shop_id)
    wild.pause(paused=True)
    order = wild.order()
    wild.deliver(order)

    read_past(wild)
    wild.drain()

    with unit_of_work(wild.world.sessions) as session:
        assert shops.history_state(session, shop_id=wild.shop_id).done_at is not None
    assert wild.gifts_on(order) == 0


def test_given_a_path_that_asks_no_gate_when_everything_is_stopped_then_the_wire_is_dead(wild: Practice) -> None:
    inside = wild.world.enter(wild.shop_id)
    assert inside is not None
    shop, before = inside[1].shop, wild.call("/town/writes")
    throw(wild)

    with pytest.raises(Stopped):
        shop.tag_customer(wild.call("/town/cast")["fourth_order_customer"], tag="x", present=True)
    assert wild.call("/town/writes") == before
    assert shop.scopes()  # reading goes on


@pytest.fixture
def commands(wild: Practice, monkeypatch: pytest.MonkeyPatch) -> Iterator[Practice]:
    """The practice shop's own database in the hands of whoever types a command."""
    for module in (stop, go):
        monkeypatch.setattr(module, "settings", lambda: wild.world.settings)
        monkeypatch.setattr(module.logs, "start", lambda *_, **__: None)
    return wild


def test_given_an_operator_when_they_stop_and_go_then_the_switch_obeys(
    commands: Practice, capsys: pytest.CaptureFixture[str]
) -> None:
    assert stop.main(["--why", "A rule  ran wild."]) == 0
    with unit_of_work(commands.world.sessions) as session:
        found = switch.standstill(session)
    assert found is not None
    assert found.because == "A rule ran wild."

    assert [go.main(), go.main()] == [0, 0]
    told = capsys.readouterr().out
    assert "Everything goes on.\n" in told
    assert told.endswith("Nothing was stopped.\n")


def test_given_no_reason_when_stopping_then_it_is_asked_for(commands: Practice) -> None:
    with pytest.raises(SystemExit):
        stop.main(["--why", "  "])
    with unit_of_work(commands.world.sessions) as session:
        assert switch.standstill(session) is None

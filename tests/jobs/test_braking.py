"""A rule that runs wild stops itself: what it decides waits, somebody is told, and one press lets it go on."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.decisions import Decision
from app.domain.effects import Plan, Pool, State
from app.domain.policy import Brake, Mode, NthOrderGift, SpecialCustomer, TeamGestures
from app.domain.rules.brake import STOPPED
from app.store import shops, tallies
from app.store.base import reading, unit_of_work
from app.store.shops import Merchant
from app.store.tables import Effect
from app.store.watch_tables import Tally
from jobs import desk
from jobs.carry_out import carry_out
from jobs.runtime import World
from tests.builders import DAY, NOON, SettableClock, auto_policy, gift_line, mark, planned, tag, usd
from tests.connected import with_a_helpdesk
from tests.jobs.conftest import Practice

RULE = "nth_order_gift"


@pytest.fixture
def database() -> str:
    return "sqlite"


@pytest.fixture
def wary(world: World, shop: Merchant) -> Merchant:
    """A shop whose rules stop themselves at three gifts a day."""
    return allowed(world, shop, brake=Brake(times=2, least_deeds=3, least_minor=100_00))


def allowed(world: World, shop: Merchant, **changes: Any) -> Merchant:
    with unit_of_work(world.sessions) as session:
        shops.change_policy(session, shop_id=shop.id, policy=auto_policy(**changes), now=NOON)
        found = shops.by_id(session, shop.id)
    assert found is not None
    return found


def gives(world: World, shop: Merchant, *orders: int, mode: Mode | None = None) -> list[str]:
    """Let the rule give something with each of the orders; return the states of all that it ever planned."""
    for number in orders:
        plan = planned(gift_line(order_id=number), cost=usd(8_00), pool=Pool.GIFTS)
        decide(world, shop, plan, rule=RULE, mode=mode)
    return states(world, "add_gift_line")


def decide(world: World, shop: Merchant, *plans: Plan, rule: str, mode: Mode | None = None) -> None:
    decision = Decision(rule=rule, subject="order:1001", code="gift", because="because", plans=plans)
    with unit_of_work(world.sessions) as session:
        carry_out(session, shop, decision, now=world.clock.now(), mode=mode)


def states(world: World, kind: str) -> list[str]:
    with reading(world.sessions) as session:
        return [row.state for row in session.query(Effect).order_by(Effect.id) if row.kind == kind]


def test_given_a_rule_that_runs_wild_when_it_passes_its_most_then_what_follows_waits_for_a_yes(
    world: World, wary: Merchant
) -> None:
    assert gives(world, wary, 1, 2, 3, 4, 5) == [State.PLANNED] * 3 + [State.AWAITING] * 2
    with reading(world.sessions) as session:
        assert [row.because for row in session.query(Effect).order_by(Effect.id)][3:] == [STOPPED] * 2
        (one,) = tallies.braked(session, shop_id=wary.id)
    assert (one.rule, one.done.deeds, one.done.minor) == (RULE, 3, 24_00)


def test_given_a_mark_and_its_words_when_the_rule_has_stopped_then_both_wait_together(
    world: World, wary: Merchant
) -> None:
    wary = with_a_helpdesk(wary)
    for customer in range(1, 5):
        decide(
            world,
            wary,
            planned(tag(customer_id=customer)),
            planned(mark(customer_id=customer)),
            rule="special_customer",
        )

    assert states(world, "tag_customer") == states(world, "mark_in_helpdesk") == [State.PLANNED] * 3 + [State.AWAITING]


def test_given_a_rule_has_stopped_when_another_fires_then_that_one_goes_on(world: World, wary: Merchant) -> None:
    gives(world, wary, 1, 2, 3, 4)
    decide(world, wary, planned(tag()), rule="special_customer")

    assert states(world, "tag_customer") == [State.PLANNED]


def test_given_the_same_news_again_when_decided_then_the_day_is_not_charged_twice(world: World, wary: Merchant) -> None:
    for _ in range(5):
        gives(world, wary, 1)

    assert gives(world, wary, 2, 3) == [State.PLANNED] * 3


def test_given_a_rule_has_stopped_when_one_press_releases_it_then_it_goes_on_and_what_waited_still_waits(
    world: World, wary: Merchant
) -> None:
    gives(world, wary, 1, 2, 3, 4)

    assert desk.release(world, wary, RULE)

    assert gives(world, wary, 5, 6)[3:] == [State.AWAITING, State.PLANNED, State.PLANNED]
    assert not desk.release(world, wary, RULE)


def test_given_a_rule_has_stopped_when_the_floor_is_raised_then_it_goes_on(world: World, wary: Merchant) -> None:
    gives(world, wary, 1, 2, 3, 4)

    desk.set_policy(world, wary, lambda policy: replace(policy, brake=Brake(least_deeds=9, least_minor=900_00)))

    raised = allowed(world, wary, brake=Brake(least_deeds=9, least_minor=900_00))
    assert gives(world, raised, 5)[4] == State.PLANNED


def test_given_a_rule_that_only_watched_when_it_is_let_go_then_what_it_watched_is_its_usual(
    world: World, wary: Merchant, clock: SettableClock
) -> None:
    watching = replace(wary, policy=replace(wary.policy, nth_order_gift=NthOrderGift(mode=Mode.OBSERVE)))
    gives(world, watching, *range(1, 6))
    clock.forward(DAY)

    assert gives(world, wary, *range(11, 22))[5:] == [State.PLANNED] * 10 + [State.AWAITING]


def test_given_a_person_says_how_far_it_goes_when_decided_then_nothing_is_weighed(world: World, wary: Merchant) -> None:
    assert gives(world, wary, 1, 2, 3, 4, 5, mode=Mode.AUTO) == [State.PLANNED] * 5
    with reading(world.sessions) as session:
        assert session.query(Tally).count() == 0


def test_given_a_script_at_an_agents_button_when_it_presses_too_often_then_a_lead_is_asked(inside: Practice) -> None:
    from_practice = TeamGestures(refund_mode=Mode.AUTO, presses_per_minute=3, keep_refunds_per_year=99)
    inside.policy(auto_policy(special_customer=SpecialCustomer(), team=from_practice))
    customer = inside.call("/town/cast")["bereaved_customer"]
    ticket = int(inside.call("/town/tickets", {"customer_id": customer, "subject": "My mother's boots"})["ticket_id"])
    for cents in range(1, 6):
        inside.press(ticket, "refund_keep", amount=f"0.0{cents}")

    inside.drain()

    rows = inside.effects("refund_order")
    assert [row.state for row in rows] == [State.DONE] * 3 + [State.AWAITING] * 2
    assert "pressed 5 times within a minute" in rows[-1].because
    with reading(inside.world.sessions) as session:
        merchant = shops.by_id(session, inside.shop_id)
        assert merchant is not None
        counted = {name for (name,) in session.query(Tally.name) if name.startswith("agent:")}
        assert counted == {inside.world.agent(merchant, "lea@x.example")}  # which leads to nobody without our keys

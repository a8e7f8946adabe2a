"""The merchant's desk: a person's yes, no and "it happened" reach the ledger, the pool and the agent."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from app.domain.decisions import Decision
from app.domain.effects import Plan, State
from app.domain.policy import Measure, Mode, NthOrderGift, Policy, SpecialCustomer
from app.store import endings, ledger, orders, pools, shops, yardstick
from app.store.base import unit_of_work
from app.store.shops import Merchant
from app.store.tables import Effect
from jobs import desk
from jobs.carry_out import carry_out
from jobs.runtime import World, purse
from tests.builders import HOUR, NOON, auto_policy, flowers, gift_line, mark, order, paid, planned, refund, tag, usd
from tests.connected import with_a_helpdesk
from tests.store.bookkeeping import pick

ASK = "A lead decides."


def plan(world: World, shop: Merchant, *plans: Plan, rule: str = "refund_keep") -> int:
    """Carry a decision out; return the id of its first deed."""
    decision = Decision(rule=rule, subject="ticket:42", code="asked", because="Robin asks.", plans=plans)
    with unit_of_work(world.sessions) as session:
        carry_out(session, with_a_helpdesk(shop), decision, now=NOON)
        return session.scalars(select(Effect.id).where(Effect.key == plans[0].effect.key)).one()


def lose_the_answer(world: World, shop: Merchant, effect_id: int, *, person: bool) -> None:
    """Pass the gate and hear nothing; `person` when only a person can find out."""
    with unit_of_work(world.sessions) as session:
        picked = pick(session, effect_id, shop_id=shop.id)
        sent = picked and ledger.gate(session, picked, now=NOON, lease=HOUR)
        assert sent is not None
        assert endings.doubt(session, sent, until=None if person else NOON + HOUR, why="nobody answered")


def state(world: World, effect_id: int) -> State:
    with unit_of_work(world.sessions) as session:
        return State(session.get_one(Effect, effect_id).state)


def notes(world: World) -> list[str]:
    """Return what agents are told, the oldest first."""
    with unit_of_work(world.sessions) as session:
        told = session.scalars(select(Effect.payload).where(Effect.kind == "post_note").order_by(Effect.id))
        return [payload["text"] for payload in told]


def policy_of(world: World, shop: Merchant) -> Policy:
    with unit_of_work(world.sessions) as session:
        found = shops.by_id(session, shop.id)
    assert found is not None
    return found.policy


def set_aside(world: World, shop: Merchant) -> int:
    """Return the minor units reserved in the team's pool this month."""
    month = purse(shop, NOON)
    with unit_of_work(world.sessions) as session:
        name = next(iter(month.limits))
        return pools.open_month(
            session, shop_id=shop.id, name=name, month=month.month, limit_minor=month.limits[name]
        ).reserved_minor


def test_given_a_refund_before_a_lead_when_approved_then_its_money_is_set_aside_now(
    world: World, shop: Merchant
) -> None:
    deed = plan(world, shop, paid(minor=60_00, ask_first=ASK))
    before = set_aside(world, shop)

    desk.approve(world, shop, deed)

    assert (before, set_aside(world, shop), state(world, deed)) == (0, 60_00, State.PLANNED)


def test_given_an_empty_pool_when_a_refund_is_approved_then_the_agent_is_told(world: World, shop: Merchant) -> None:
    deed = plan(world, shop, paid(minor=900_00, ask_first=ASK))

    desk.approve(world, shop, deed)

    assert "pool does not hold $900.00" in notes(world)[-1]


def test_given_deeds_decided_together_when_one_is_approved_then_all_go_ahead(world: World, shop: Merchant) -> None:
    mute = planned(tag(tag="no-marketing", occasion="ticket-42"), ask_first=ASK)
    deed = plan(world, shop, paid(ask_first=ASK), mute)

    moved = desk.approve(world, shop, deed)

    assert [one.state for one in moved] == [State.PLANNED, State.PLANNED]


def test_given_a_refund_before_a_lead_when_declined_then_the_agent_is_told(world: World, shop: Merchant) -> None:
    deed = plan(world, shop, paid(ask_first=ASK))

    desk.decline(world, shop, deed)

    assert state(world, deed) is State.WITHDRAWN
    assert "Declined on the merchant's page" in notes(world)[-1]


def test_given_a_silence_that_waits_with_its_refund_when_both_are_declined_then_the_agent_reads_that_alone(
    world: World, shop: Merchant
) -> None:
    asks = replace(shop, policy=replace(shop.policy, team=replace(shop.policy.team, refund_mode=Mode.APPROVE)))
    silence = planned(tag(tag="no-marketing", ticket_id="42"))
    deed = plan(world, asks, silence, paid(after=silence.effect.key))
    before = notes(world)

    desk.decline(world, shop, deed)

    (told,) = notes(world)[len(before) :]
    assert "no-marketing" not in told


def test_given_a_doubt_for_a_person_when_it_happened_then_the_agent_is_told_the_vendors_number(
    world: World, shop: Merchant
) -> None:
    deed = plan(world, shop, paid(flowers(), minor=60_00), rule="flowers")
    lose_the_answer(world, shop, deed, person=True)

    assert desk.happened(world, shop, deed, reference="FL-77")

    assert (state(world, deed), set_aside(world, shop)) == (State.DONE, 0)
    assert "FL-77" in notes(world)[-1]


def test_given_a_doubt_for_a_person_when_two_settle_it_then_the_first_word_stands(world: World, shop: Merchant) -> None:
    deed = plan(world, shop, paid(flowers(), minor=60_00), rule="flowers")
    lose_the_answer(world, shop, deed, person=True)

    settled = [desk.happened(world, shop, deed, reference="FL-77"), desk.did_not_happen(world, shop, deed)]

    assert settled == [True, False]
    assert state(world, deed) is State.DONE


def test_given_a_doubt_that_is_being_looked_up_when_a_person_guesses_then_nobody_believes_them(
    world: World, shop: Merchant
) -> None:
    deed = plan(world, shop, paid())
    lose_the_answer(world, shop, deed, person=False)

    settled = [desk.did_not_happen(world, shop, deed), desk.happened(world, shop, deed, reference="9")]

    assert settled == [False, False]
    assert state(world, deed) is State.UNCERTAIN


@pytest.mark.parametrize(("mode", "then"), [(Mode.AUTO, State.PLANNED), (Mode.APPROVE, State.AWAITING)])
def test_given_marks_that_were_only_watched_when_the_rule_is_switched_on_then_they_are_taken_up(
    world: World, shop: Merchant, mode: Mode, then: State
) -> None:
    watching = replace(shop, policy=auto_policy(special_customer=SpecialCustomer(mode=Mode.OBSERVE)))
    deed = plan(world, watching, planned(mark()), rule="special_customer")

    taken_up = desk.set_mode(world, watching, "special_customer", mode)

    assert (taken_up, state(world, deed)) == (1, then)


def test_given_another_measure_since_when_the_rule_is_switched_on_then_only_whoever_is_above_it_is_taken_up(
    world: World, shop: Merchant
) -> None:
    watching = replace(shop, policy=auto_policy(special_customer=SpecialCustomer(mode=Mode.OBSERVE)))
    with unit_of_work(world.sessions) as session:
        for number, (who, net) in enumerate(((55, 90_00), (56, 60_00), (57, 10_00), (58, 10_00))):
            orders.record(session, shop_id=shop.id, order=order(id=number, customer_id=who, net=usd(net)))
        orders.set_special(session, shop_id=shop.id, customer_ids=[55, 56], special=True, now=NOON)
    best, good = (plan(world, watching, planned(mark(customer_id=who)), rule="special_customer") for who in (55, 56))
    stricter = SpecialCustomer(mode=Mode.OBSERVE, measure=Measure.FIXED, fixed_minor=80_00)
    with unit_of_work(world.sessions) as session:
        yardstick.measure(session, shop_id=shop.id, policy=stricter, now=NOON)

    taken_up = desk.set_mode(world, watching, "special_customer", Mode.APPROVE)

    assert (taken_up, state(world, best), state(world, good)) == (1, State.AWAITING, State.OBSERVED)


def test_given_gifts_that_were_only_watched_when_the_rule_is_switched_on_then_their_parcels_have_left(
    world: World, shop: Merchant
) -> None:
    watching = replace(shop, policy=auto_policy(nth_order_gift=NthOrderGift(mode=Mode.OBSERVE)))
    deed = plan(world, watching, planned(gift_line()), rule="nth_order_gift")

    desk.set_mode(world, watching, "nth_order_gift", Mode.AUTO)

    assert state(world, deed) is State.OBSERVED


def test_given_an_old_page_when_a_mode_is_set_on_it_then_what_changed_since_stays(world: World, shop: Merchant) -> None:
    desk.set_mode(world, shop, "flowers", Mode.APPROVE)

    desk.set_mode(world, shop, "refund_keep", Mode.OBSERVE)  # `shop` still holds the policy of before

    policy = policy_of(world, shop)
    assert (policy.mode_of("flowers"), policy.mode_of("refund_keep")) == (Mode.APPROVE, Mode.OBSERVE)


def test_given_another_shops_deed_when_it_is_touched_then_there_is_no_such_deed(world: World, shop: Merchant) -> None:
    deed = plan(world, shop, paid(refund(), ask_first=ASK))
    stranger = replace(shop, id=shop.id + 1)

    for act in (desk.approve, desk.decline, desk.lift, desk.withdraw, desk.did_not_happen):
        with pytest.raises(desk.NoSuchDeed):
            act(world, stranger, deed)
    assert state(world, deed) is State.AWAITING


def test_given_more_than_one_transaction_holds_when_all_are_approved_then_none_is_left_waiting(
    world: World, shop: Merchant
) -> None:
    for number in range(desk.FEW + 3):
        both = (planned(tag(occasion=str(number)), ask_first=ASK), planned(mark(occasion=str(number)), ask_first=ASK))
        plan(world, shop, *both, rule="special_customer")

    moved = desk.approve_all(world, shop, "special_customer", upto=desk.NEWEST, count=desk.FEW + 3)

    assert moved is not None

    assert {deed.state for deed in moved} == {State.PLANNED}
    assert len(moved) == 2 * (desk.FEW + 3)


def test_given_an_empty_pool_when_a_lead_allows_the_refund_then_it_is_on_its_way_and_the_log_says_so(
    world: World, shop: Merchant
) -> None:
    with capture_logs() as logs:
        waiting = plan(world, shop, paid(minor=900_00))
        assert state(world, waiting) is State.OVER_BUDGET

        assert desk.lift(world.signed("staff:7"), shop, waiting)

    assert state(world, waiting) is State.PLANNED
    assert set_aside(world, shop) == 900_00
    assert [(line["event"], line.get("percent")) for line in logs] == [("pool.warned", 90), ("desk.lifted", None)]

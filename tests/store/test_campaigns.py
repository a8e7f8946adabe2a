"""Campaigns in the books: counted among all customers, frozen once, taken once, and followed to the end."""

import random
from datetime import timedelta

import pytest

from app.domain import campaigns as rules
from app.domain.campaigns import Stage, Terms
from app.domain.effects import State
from app.store import campaign_lists, campaigns, orders, pools
from app.store.base import Session, Sessions, unit_of_work
from app.store.campaign_lists import MAY_BE
from app.store.care_tables import Care
from app.store.shops import Merchant
from app.store.tables import Customer, Effect
from tests.builders import DAY, NOON, order, planned, present, usd
from tests.store.bookkeeping import plan

SEED = "2f0c"
GOLDEN = "fd0e9c7dd130c7857438335c5c7160418a5bf566430825e481cbb4e141bd168d"
WINDOW = {"active_since": NOON - 90 * DAY, "treated_since": NOON - 60 * DAY, "now": NOON}


def peopled(session: Session, shop: Merchant, *, shuffled: int = 0, number: int = 120) -> None:
    """Let the shop have customers, the same each time, written in whichever order."""
    dice = random.Random(7)  # no secret
    rows = [
        Customer(
            shop_id=shop.id,
            customer_id=100 + each,
            net_minor=dice.randrange(20) * 50_00,
            orders=1 + each % 4,
            first_order_at=NOON - dice.randrange(30, 900) * DAY,
            last_order_at=NOON - dice.randrange(25) * DAY,
            special=False,
            marked=False,
            changes=0,
        )
        for each in range(number)
    ]
    random.Random(shuffled).shuffle(rows)
    for row in rows:
        session.add(row)
        session.flush()


def drafted(session: Session, shop: Merchant, terms: Terms | None = None) -> int:
    """Begin a draft and count its contenders."""
    number = campaigns.begin(session, shop_id=shop.id, name="Thanks", seed=SEED, terms=terms or Terms(), now=NOON)
    entrants = rules.measured(campaign_lists.candidates(session, shop_id=shop.id, **WINDOW), seed=SEED, now=NOON)
    about = {"shop_id": shop.id, "campaign_id": number}
    assert campaigns.counted(session, among=len(entrants), left_out={}, now=NOON, **about)
    campaign_lists.keep(session, entrants=rules.contenders(entrants), **about)
    return number


def frozen(session: Session, shop: Merchant, people: int = 20, held_out: int = 2) -> int:
    """Approve a draft as it stands."""
    number = drafted(session, shop)
    places = places_of(session, shop, number, people, held_out)
    about = {"shop_id": shop.id, "campaign_id": number}
    assert campaigns.approve(session, seen=1, list_print=rules.fingerprint(places), next_at=NOON, now=NOON, **about)
    campaign_lists.freeze(session, places=places, **about)
    return number


def places_of(session: Session, shop: Merchant, number: int, people: int = 20, held_out: int = 2) -> list[rules.Place]:
    entrants = campaign_lists.contenders(session, shop_id=shop.id, campaign_id=number)
    return rules.listed(entrants, Terms(), people=people, held_out=held_out, seed=SEED)


def read(session: Session, shop: Merchant, number: int) -> campaigns.Campaign:
    found = campaigns.read(session, shop_id=shop.id, campaign_id=number)
    assert found is not None
    return found


@pytest.mark.parametrize("shuffled", [1, 2])
def test_given_one_shop_in_either_database_when_listed_then_the_list_is_the_same_to_the_letter(
    sessions: Sessions, shop: Merchant, shuffled: int
) -> None:
    with unit_of_work(sessions) as session:
        peopled(session, shop, shuffled=shuffled)
        places = places_of(session, shop, drafted(session, shop))

    assert rules.fingerprint(places) == GOLDEN


def test_given_those_who_are_to_be_spared_when_counted_then_each_is_left_out_for_one_reason(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        peopled(session, shop, number=6)
        orders.let_alone(session, shop_id=shop.id, customer_id=100, since=NOON)
        session.add(Care(shop_id=shop.id, customer_id=101, sensitive_since=NOON, sensitive_until=NOON + DAY))
        session.add(Care(shop_id=shop.id, customer_id=102, sensitive_since=NOON, sensitive_until=NOON - DAY))
        session.get_one(Customer, (shop.id, 103)).last_order_at = NOON - 91 * DAY
        plan(session, shop, planned(present(customer_id=104), cost=usd(5_00)))
        session.flush()

        assert campaign_lists.left_out(session, shop_id=shop.id, **WINDOW) == {
            MAY_BE: 2,
            "opted_out": 1,
            "sensitive": 1,
            "lapsed": 1,
            "cool_down": 1,
        }
        fit = campaign_lists.candidates(session, shop_id=shop.id, **WINDOW)
        assert {each.customer_id for each in fit} == {102, 105}


def test_given_two_who_say_yes_when_both_have_looked_then_one_is_heard(sessions: Sessions, shop: Merchant) -> None:
    with unit_of_work(sessions) as session:
        peopled(session, shop)
        number = drafted(session, shop)
        about = {"shop_id": shop.id, "campaign_id": number, "list_print": "x", "next_at": NOON, "now": NOON}

        assert [campaigns.approve(session, seen=1, **about) for _ in range(2)] == [True, False]
        assert read(session, shop, number).stage is Stage.APPROVED


def test_given_a_draft_that_changed_when_somebody_says_yes_to_what_they_saw_then_they_are_not_heard(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        number = drafted(session, shop)
        about = {"shop_id": shop.id, "campaign_id": number}

        assert campaigns.revise(session, seen=1, name="Dear", terms=Terms(weight=20), **about)
        assert not campaigns.revise(session, seen=1, name="Other", terms=Terms(), **about)
        assert not campaigns.approve(session, seen=1, list_print="x", next_at=NOON, now=NOON, **about)
        assert (read(session, shop, number).name, read(session, shop, number).terms.weight) == ("Dear", 20)


def test_given_a_frozen_list_when_its_people_change_then_they_keep_their_places_and_are_marked(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        peopled(session, shop)
        number = frozen(session, shop)
        about = {"shop_id": shop.id, "campaign_id": number}
        before = campaign_lists.people(session, **about)
        session.get_one(Customer, (shop.id, before[0].customer_id)).net_minor = 1
        session.flush()

        after = campaign_lists.people(session, **about)

    assert [each.customer_id for each in after] == [each.customer_id for each in before]
    assert [each.place for each in after] == list(range(1, 21))
    assert [each.has_lost for each in after] == [True] + [False] * 19


def test_given_a_frozen_list_when_counted_revised_or_approved_once_more_then_it_stays_as_it_was(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        peopled(session, shop)
        number = frozen(session, shop)
        about = {"shop_id": shop.id, "campaign_id": number}
        before, others = read(session, shop, number), campaign_lists.contenders(session, **about)

        campaign_lists.keep(session, entrants=others[:3], **about)
        assert not campaigns.counted(session, among=3, left_out={}, now=NOON, **about)
        assert not campaigns.revise(session, seen=before.revision, name="Other", terms=Terms(weight=1), **about)
        again = {"seen": before.revision, "list_print": "x", "next_at": NOON, "now": NOON}
        assert not campaigns.approve(session, **again, **about)
        assert read(session, shop, number) == before
        assert len(campaign_lists.people(session, **about)) == 20


def test_given_a_waves_hour_when_two_take_it_then_one_has_it(sessions: Sessions, shop: Merchant) -> None:
    with unit_of_work(sessions) as session:
        peopled(session, shop)
        number = frozen(session, shop)
        about = {"shop_id": shop.id, "campaign_id": number}

        assert campaigns.shops_due(session, now=NOON, limit=5) == [shop.id]
        assert [campaigns.take(session, seen=NOON, until=NOON + DAY, **about) for _ in range(2)] == [True, False]
        assert campaigns.due(session, shop_id=shop.id, now=NOON) == []


def test_given_turns_when_they_come_then_those_held_out_have_none(sessions: Sessions, shop: Merchant) -> None:
    with unit_of_work(sessions) as session:
        peopled(session, shop)
        number = frozen(session, shop)
        about = {"shop_id": shop.id, "campaign_id": number}
        spared = campaign_lists.held_out(session, **about)
        waiting = campaign_lists.waiting(session, limit=50, **about)

        assert (len(spared), len(waiting)) == (2, 18)
        assert not spared & set(waiting)
        campaign_lists.pass_over(
            session, customer_id=waiting[0], code="cool_down", because="They had flowers.", now=NOON, **about
        )
        assert campaign_lists.waiting(session, limit=50, **about) == waiting[1:]


def test_given_a_deed_of_the_list_when_it_is_done_then_it_is_counted_with_what_it_cost(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        peopled(session, shop)
        number = frozen(session, shop)
        about = {"shop_id": shop.id, "campaign_id": number}
        first, *_ = campaign_lists.waiting(session, limit=1, **about)
        assert pools.open_whole(session, shop_id=shop.id, name=f"campaign-{number}", limit_minor=10_00)
        gift = present(customer_id=first, ticket_id=None)
        deed = plan(session, shop, planned(gift, cost=usd(7_00), pool=f"campaign-{number}"))
        assert deed is not None
        campaign_lists.planned(session, keys={first: gift.key}, now=NOON, **about)

        keys = campaign_lists.still_to_leave(session, limit=5, **about)
        heaps = {(heap.held_out, heap.waits, heap.state): heap for heap in campaign_lists.heaps(session, **about)}

    assert keys == [gift.key]
    assert heaps[False, False, State.PLANNED].cost_minor == 7_00
    assert (heaps[True, False, None].count, heaps[False, True, None].count) == (2, 17)


def test_given_a_purse_of_its_own_when_it_is_used_up_then_the_next_gift_is_over_budget(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        whose = {"shop_id": shop.id, "name": "campaign-3"}
        assert [pools.open_whole(session, limit_minor=limit, **whose) for limit in (10_00, 99_00)] == [True, False]
        for customer_id in (1, 2):
            plan(
                session,
                shop,
                planned(present(customer_id=customer_id, ticket_id=None), cost=usd(7_00), pool="campaign-3"),
            )
        balance = pools.whole(session, **whose)
        states = [row.state for row in session.query(Effect).order_by(Effect.id)]

    assert balance is not None
    assert (balance.limit_minor, balance.reserved_minor, balance.left_minor) == (10_00, 7_00, 3_00)
    assert states == ["planned", "over_budget"]


def test_given_a_campaign_that_stopped_itself_when_somebody_goes_on_then_it_is_due_again(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        number = frozen(session, shop, people=0, held_out=0)
        about = {"shop_id": shop.id, "campaign_id": number}
        campaigns.stop(session, waits_for="failures", **about)
        stopped = read(session, shop, number)
        resumed = [campaigns.resume(session, forgiven=6, now=NOON, **about) for _ in range(2)]

        assert (stopped.next_at, stopped.waits_for) == (None, "failures")
        assert resumed == [True, False]
        assert (read(session, shop, number).next_at, read(session, shop, number).forgiven) == (NOON, 6)


def test_given_a_campaign_that_is_over_when_called_off_then_it_stays_as_it_is(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        number = frozen(session, shop, people=0, held_out=0)
        about = {"shop_id": shop.id, "campaign_id": number, "now": NOON}
        campaigns.end(session, **about)

        assert not campaigns.call_off(session, **about)
        assert read(session, shop, number).stage is Stage.DONE


def test_given_two_customers_who_are_one_when_merged_then_they_stand_on_a_list_once(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        peopled(session, shop)
        number = frozen(session, shop)
        about = {"shop_id": shop.id, "campaign_id": number}
        first, second, *_ = (each.customer_id for each in campaign_lists.people(session, **about))
        orders.rehome(session, shop_id=shop.id, kept=first, deleted=second, now=NOON)
        orders.rehome(session, shop_id=shop.id, kept=999, deleted=first, now=NOON)

        people = [each.customer_id for each in campaign_lists.people(session, **about)]

    assert len(people) == 19
    assert people[0] == 999


def test_given_somebody_deleted_when_nothing_was_planned_for_them_then_they_are_off_the_list(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        peopled(session, shop)
        number = frozen(session, shop)
        about = {"shop_id": shop.id, "campaign_id": number}
        first = campaign_lists.people(session, **about)[0].customer_id
        orders.orphan(session, shop_id=shop.id, customer_id=first)

        assert first not in {each.customer_id for each in campaign_lists.people(session, **about)}


def test_given_the_cool_down_when_a_draw_is_counted_again_then_nobody_who_had_something_is_drawn(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        peopled(session, shop, number=30)
        drawn = {100 + each for each in range(0, 30, 3)}
        for customer_id in drawn:
            plan(session, shop, planned(present(customer_id=customer_id, ticket_id=None), cost=usd(5_00)))
        later = WINDOW | {"now": NOON + timedelta(days=1)}
        again = {each.customer_id for each in campaign_lists.candidates(session, shop_id=shop.id, **later)}

    assert not again & drawn
    assert len(again) == 20


def test_given_a_disputed_payment_when_counted_then_it_is_known_until_the_bank_has_decided(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        for customer_id in (1, 2, 3):
            bought = order(id=customer_id, customer_id=customer_id, disputed=customer_id != 3)
            orders.record(session, shop_id=shop.id, order=bought)
        won = order(id=2, customer_id=2, disputed=False, updated_at=NOON + DAY)
        orders.record(session, shop_id=shop.id, order=won)

        assert campaign_lists.disputed(session, shop_id=shop.id) == {1}
        assert campaign_lists.disputed(session, shop_id=shop.id, customer_ids=[2, 3]) == set()

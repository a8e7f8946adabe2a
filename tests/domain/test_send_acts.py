"""What an agent sends of the shop's catalogue: what fits, with words that may go, on a day, inside the limit."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.domain.catalogue import Chosen, Entry, Occasion
from app.domain.decisions import Decision
from app.domain.effects import Plan, Pool, PostNote, SendGift
from app.domain.events import Act, Proof
from app.domain.facts import FlowersBefore
from app.domain.gifts import GiftKind
from app.domain.money import Money
from app.domain.policy import Policy, Sends, TagRule, TeamGestures
from app.domain.rules import on_action
from app.domain.tastes import Tastes
from tests.builders import NOON, action, agent_facts, order, usd

NINE = datetime(2026, 11, 21, 9, tzinfo=ZoneInfo("America/New_York"))
MUG = Entry(
    id=7,
    vendor="by_hand",
    sku="mug",
    kind=GiftKind.PARCEL,
    title="Mug",
    cost=usd(6_00),
    photo="https://x.example/mug.jpg",
    active=True,
)
ANYBODY = Occasion(currency="USD", vendors=frozenset({"by_hand"}), country="US")


def decided(
    facts: dict[str, Any] | None = None,
    *,
    entry: dict[str, Any] | None = None,
    cost: Money | None = None,
    occasion: dict[str, Any] | None = None,
    policy: Policy | None = None,
    **changes: Any,
) -> Decision:
    """Return what comes of Robin sending a mug, but for what the test is about."""
    gift = replace(MUG, **entry or {})
    chosen = Chosen(entry=gift, cost=cost or gift.cost or usd(0), occasion=replace(ANYBODY, **occasion or {}))
    pressed = action(Act.SEND, **{"message": "Thank you for the picture.", "proof": Proof.SIGNED_IN} | changes)
    known = agent_facts(**{"chosen": chosen} | (facts or {}))
    (decision,) = on_action(pressed, known, policy or Policy(), NOON, NINE)
    return decision


def sent(decision: Decision) -> tuple[SendGift, Plan]:
    (plan,) = decision.plans
    assert isinstance(plan.effect, SendGift), decision.because
    return plan.effect, plan


def test_given_a_gift_that_fits_when_sent_then_it_is_planned_with_its_words_and_its_price_set_aside() -> None:
    decision = decided(entry={"size": "L"}, occasion={"tasted": Tastes(likes=("size L",))})
    gift, plan = sent(decision)

    assert (gift.gift_id, gift.vendor, gift.sku, gift.title) == (7, "by_hand", "mug", "Mug, size L")
    assert (gift.message, gift.customer_id, gift.order_id) == ("Thank you for the picture.\nRobin", 55, 1001)
    assert (gift.day, gift.sympathy, gift.key) == (None, False, "send:parcel:42:7")
    assert (plan.cost, plan.pool, plan.due_at) == (usd(6_00), Pool.TEAM, NOON + timedelta(minutes=10))
    assert decision.because == "Robin Miller sends Mug, size L for $6.00."


@pytest.mark.parametrize(
    ("changes", "code", "why"),
    [
        ({"facts": {"chosen": None}}, "no_gift", "Please choose what to send."),
        ({"facts": {"trouble": "#1001 has no delivery address."}}, "no_order", "#1001 has no delivery address."),
        ({"facts": {"live": (6_00,)}}, "already", "Something from this ticket is planned or sent already."),
        (
            {"occasion": {"tasted": Tastes(never=("mug",))}},
            "no_gift",
            "Mug is not sent to this customer. This customer",
        ),
        ({"entry": {"stock": 0}}, "no_gift", "It is sold out."),
        ({"message": None}, "card_words", "A card wants a few words of your own."),
        ({"message": "It will arrive soon"}, "card_words", "This cannot be promised: “will arrive”."),
        ({"message": "SAVE10"}, "card_words", "A card sells nothing"),
        ({"cost": Money(minor=600, currency="EUR")}, "other_currency", "the team's pool is kept in USD"),
        ({"day": date(2026, 11, 21)}, "bad_days", "1 to 180 days ahead"),
        ({"day": date(2027, 11, 21)}, "bad_days", "1 to 180 days ahead"),
    ],
    ids=str,
)
def test_given_what_stands_in_the_way_when_sent_then_nothing_is_and_it_says_why(
    changes: dict[str, Any], code: str, why: str
) -> None:
    decision = decided(**changes)

    assert (decision.code, [type(plan.effect) for plan in decision.plans]) == (code, [PostNote])
    assert why in decision.because


def test_given_something_from_this_ticket_when_another_is_meant_then_it_is_another_deed() -> None:
    assert sent(decided({"live": (6_00,)}, confirm="1a2b"))[0].key == "send:parcel:42:7:1a2b"


@pytest.mark.parametrize(
    ("entry", "day", "leaves", "around"),
    [
        ({"kind": GiftKind.EGIFT}, date(2026, 12, 1), datetime(2026, 12, 1, 9, tzinfo=NINE.tzinfo), False),
        ({"kind": GiftKind.PARCEL}, date(2026, 12, 1), datetime(2026, 11, 28, 9, tzinfo=NINE.tzinfo), False),
        ({"kind": GiftKind.CARD}, date(2026, 12, 1), datetime(2026, 11, 23, 9, tzinfo=NINE.tzinfo), False),
        ({"kind": GiftKind.CARD}, date(2026, 11, 25), NOON + timedelta(minutes=10), True),
        ({"kind": GiftKind.FLOWERS}, None, datetime(2026, 12, 5, 9, tzinfo=NINE.tzinfo), False),
    ],
    ids=str,
)
def test_given_a_day_when_sent_then_it_leaves_as_long_before_as_the_post_takes(
    entry: dict[str, Any], day: date | None, leaves: datetime, around: bool
) -> None:
    decision = decided(entry=entry, day=day)
    gift, plan = sent(decision)

    assert (plan.due_at, gift.day) == (leaves, day or date(2026, 12, 5))
    assert ("arrives around then" in decision.because) is around


def test_given_a_gift_by_e_mail_when_a_day_is_named_then_it_leaves_on_that_day() -> None:
    chosen = Chosen(entry=MUG, cost=usd(6_00), occasion=ANYBODY, by_email=True)
    _, plan = sent(decided({"chosen": chosen}, day=date(2026, 12, 1)))

    assert plan.due_at == datetime(2026, 12, 1, 9, tzinfo=NINE.tzinfo)


@pytest.mark.parametrize("kind", [GiftKind.PARCEL, GiftKind.FLOWERS])
def test_given_a_gift_that_goes_as_a_link_when_sent_then_a_lead_is_asked(kind: GiftKind) -> None:
    chosen = Chosen(entry=replace(MUG, kind=kind), cost=usd(6_00), occasion=ANYBODY, by_email=True, by_link=True)
    _, plan = sent(decided({"chosen": chosen}))

    assert plan.ask_first == "Ask a lead: nobody is written to, and whoever has the link has the gift."


def test_given_a_day_on_which_nothing_may_arrive_when_sent_then_it_is_there_on_the_next_and_says_so() -> None:
    closed = Policy(sends=Sends(blackouts=("12-25", "2026-12-26")))

    decision = decided(policy=closed, day=date(2026, 12, 25))

    assert sent(decision)[0].day == date(2026, 12, 27)
    assert "on 27 December 2026, the first day after 25 December on which it can arrive." in decision.because


@pytest.mark.parametrize(
    ("facts", "changes", "asks"),
    [
        ({}, {}, None),
        ({"egifts": 1}, {}, None),
        ({"egifts": 1}, {"entry": {"kind": GiftKind.EGIFT}}, "the customer had an e-gift within 60 days"),
        ({}, {"cost": usd(100_01)}, "Above $100.00 a lead decides."),
        ({"tags": frozenset({"vip"})}, {"cost": usd(100_01), "policy": "tagged"}, None),
        ({"presses": 99}, {}, "Was it a person?"),
        (
            {"flowers_before": FlowersBefore(to_customer=2)},
            {"entry": {"kind": GiftKind.FLOWERS}},
            "the customer had flowers 2 times",
        ),
        ({"flowers_before": FlowersBefore(to_customer=2)}, {}, None),
        ({}, {"cost": usd(100_00), "proof": Proof.CLAIMED, "policy": "little by claim"}, "does not prove who pressed"),
    ],
    ids=str,
)
def test_given_what_a_lead_should_see_when_sent_then_one_is_asked_and_of_all_else_nobody(
    facts: dict[str, Any], changes: dict[str, Any], asks: str | None
) -> None:
    policies = {
        "tagged": Policy(team=TeamGestures(tag_rules=(TagRule(tag="VIP", flowers_minor=200_00),))),
        "little by claim": Policy(team=TeamGestures(claimed_limit_minor=20_00)),
    }
    ask_first = sent(decided(facts, **changes | {"policy": policies.get(str(changes.get("policy")))}))[1].ask_first

    assert ask_first is None if asks is None else asks in str(ask_first)


def test_given_a_hard_time_when_something_fit_for_it_is_sent_then_it_says_so_and_names_no_price() -> None:
    hard = {"sympathy": True}
    assert sent(decided(entry={"sympathy": True}, occasion=hard))[0].sympathy
    assert "It is not meant for a hard time." in decided(occasion=hard).because

    told = decided({"in_a_hard_time": True}, entry={"sympathy": True}, occasion=hard, message="It was 12 euros")
    assert "In a hard time a card names no price" in told.because


def test_given_a_gift_when_its_order_is_of_nobody_then_there_is_nobody_to_send_it_to() -> None:
    assert decided({"order": order(customer_id=None)}).code == "no_gift"

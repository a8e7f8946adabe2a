"""What a rule's own sentence promises: it must say what becomes of a gift that comes too late."""

from dataclasses import replace

import pytest

from app.domain import deed_words
from app.domain.policy import GiftRoute, NthOrderGift, Policy, WhenLeft
from app.web import phrases, reason_words
from app.web.settings_table import GROUPS
from tests.builders import gift_line, gift_parcel


@pytest.mark.parametrize(
    ("when_left", "route", "said"),
    [
        (WhenLeft.NEXT_ORDER, GiftRoute.ORDER, "goes with the next order."),
        (WhenLeft.NEXT_ORDER, GiftRoute.DRAFT, "goes with the next order."),
        (WhenLeft.OWN_PARCEL, GiftRoute.ORDER, "sends no mail."),
        (WhenLeft.OWN_PARCEL, GiftRoute.DRAFT, "may send its order mail for it."),
    ],
)
def test_given_a_policy_for_late_gifts_when_the_rule_promises_then_it_says_what_becomes_of_them(
    when_left: WhenLeft, route: GiftRoute, said: str
) -> None:
    policy = replace(Policy(), nth_order_gift=NthOrderGift(variants=(7,), when_left=when_left, route=route))

    promise = phrases.promises(policy, "USD")["nth_order_gift"]

    assert "Where the parcel has left" in promise
    assert promise.endswith(said)


def test_given_the_routes_when_the_merchant_chooses_then_each_says_what_it_costs() -> None:
    fields = {field.path: field for group in GROUPS for field in group.fields}
    options = getattr(fields["nth_order_gift.route"].kind, "options", {})

    assert "cannot edit" in options[GiftRoute.ORDER]
    assert "may send a mail" in options[GiftRoute.DRAFT]
    assert "mail" in fields["nth_order_gift.route"].hint


def test_given_gifts_given_and_taken_back_when_named_then_each_has_words_of_its_own() -> None:
    names = {deed_words.what(effect) for effect in (gift_line(), gift_parcel())}

    assert names == {"Gift: Mug", "Gift in a parcel of its own: Mug"}
    for kind in ("send_gift_order", "take_back_gift_line", "cancel_gift_order"):
        assert phrases.KINDS[kind][0] != phrases.KINDS[kind][1]


@pytest.mark.parametrize(
    ("gifts", "said"),
    [
        (
            NthOrderGift(variants=(7,), ordinals=(4, 5, 6), per_day=25),
            "a customer's 4th, 5th or 6th order: 25 gifts a day at most.",
        ),
        (NthOrderGift(variants=(7,), ordinals=(22,), per_day=1), "a customer's 22nd order: 1 gift a day at most."),
        (NthOrderGift(variants=(7,), every=3), "a customer's every 3rd order:"),
        (NthOrderGift(variants=(7,), ordinals=(11, 113)), "a customer's 11th or 113th order:"),
        (NthOrderGift(variants=(7,), ordinals=()), "Gives nothing yet"),
        (NthOrderGift(variants=()), "Gives nothing yet"),
    ],
)
def test_given_chosen_orders_when_the_rule_promises_then_they_read_as_people_count(
    gifts: NthOrderGift, said: str
) -> None:
    assert said in phrases.promises(replace(Policy(), nth_order_gift=gifts), "USD")["nth_order_gift"]


def test_given_any_code_or_call_when_shown_then_it_is_words() -> None:
    assert reason_words.reason("other_ordinal") == "not its turn"
    assert reason_words.occasion("customers/purchasing_summary") == "news of the customer's spending"
    assert reason_words.reason("brand_new") == "brand new"
    assert reason_words.occasion("brand/new") == "brand/new"


def test_given_no_bouquet_when_the_rule_promises_then_it_promises_no_flowers() -> None:
    def said(product: str) -> str:
        policy = replace(Policy(), team=replace(Policy().team, flowers_product=product))
        return phrases.promises(policy, "USD")["flowers"]

    assert said("").startswith("Nobody can send flowers yet")
    assert said("F1-210").startswith("Agents send flowers up to $")

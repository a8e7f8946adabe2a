"""The key names the deed: the same deed has the same key, another deed another one, and any key fits the ledger."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.deed_keys import LONGEST_KEY
from app.domain.effects import Effect
from app.domain.gifts import GiftKind
from tests.builders import CANDLE, flowers, gift_line, mark, note, present, refund, tag, ticket_tag, usd

ALL = (tag(), mark(), ticket_tag(), note(), gift_line(), refund(), flowers())


def test_given_a_double_click_when_refunding_then_it_is_one_deed() -> None:
    assert refund().key == refund(agent_name="Robin M.").key


@pytest.mark.parametrize(
    "other",
    [refund(confirm="again"), refund(amount=usd(12_01)), refund(ticket_id="43"), refund(order_id=1002)],
    ids=["confirmed", "amount", "ticket", "order"],
)
def test_given_a_deliberate_second_refund_when_keyed_then_it_is_another_deed(other: Effect) -> None:
    assert other.key != refund().key


def test_given_the_same_ticket_when_flowers_are_sent_again_then_only_a_confirmed_second_bunch_is_another_deed() -> None:
    assert flowers().key == flowers(message="Other words", order_id=1002).key
    assert flowers().key != flowers(confirm="her mother too").key


def test_given_one_order_and_rule_when_a_gift_is_chosen_again_then_it_is_one_deed_whatever_the_item() -> None:
    assert gift_line().key == gift_line(variant_id=CANDLE, title="Candle").key
    assert gift_line().key != gift_line(order_id=1002).key
    assert gift_line().key != gift_line(rule="anniversary").key


def test_given_an_occasion_when_something_else_is_chosen_for_it_then_it_is_one_deed_and_next_year_another() -> None:
    card = present(ticket_id=None, occasion="anniversary:2026")

    assert card.key == present(ticket_id=None, occasion="anniversary:2026", gift_id=7, what=GiftKind.PARCEL).key
    assert card.key != present(ticket_id=None, occasion="anniversary:2027").key
    assert card.key != present(ticket_id=None, occasion="anniversary:2026", customer_id=56).key


def test_given_a_second_change_of_mind_when_tagging_then_it_is_another_deed() -> None:
    assert tag(occasion="standing-1").key != tag(occasion="standing-2").key
    assert mark(occasion="standing-1").key != mark(occasion="standing-2").key


def test_given_the_same_ticket_when_tagged_or_told_twice_then_it_is_one_deed() -> None:
    assert ticket_tag().key == ticket_tag().key
    assert note(text="Other words.").key == note().key
    assert note(about="flowers").key != note(about="refund").key


def test_given_one_of_each_kind_when_keyed_then_no_two_share_a_key() -> None:
    assert len({effect.key for effect in ALL}) == len(ALL)


@given(st.text(max_size=2_000))
def test_given_whatever_an_agent_types_when_keyed_then_the_key_fits_the_ledger(words: str) -> None:
    for effect in (refund(confirm=words), flowers(confirm=words), note(about=f"{refund(confirm=words).key}:done")):
        assert len(effect.key) <= LONGEST_KEY


def test_given_two_long_confirmations_when_they_differ_at_the_very_end_then_so_do_the_keys() -> None:
    assert refund(confirm="x" * 2_000 + "a").key != refund(confirm="x" * 2_000 + "b").key


@pytest.mark.parametrize("effect", ALL, ids=lambda effect: effect.kind)
def test_given_any_effect_when_read_then_nobody_can_change_it(effect: Effect) -> None:
    for field in fields(effect):
        with pytest.raises(AttributeError):
            setattr(effect, field.name, None)

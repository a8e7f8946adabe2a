"""What the agent reads when their deed moved on."""

import pytest

from app.domain.effects import Effect, PostNote, Quiet, State
from app.domain.gifts import GiftKind
from app.domain.refunds import Way
from app.domain.rules import team_gift
from app.domain.rules.afterwards import tell
from tests.builders import (
    DAY,
    NOON,
    flowers,
    gift_line,
    letter,
    mark,
    mute,
    note,
    pieces,
    present,
    refund,
    tag,
    ticket_tag,
    usd,
)

REFUND_NEWS = {
    State.DONE: "Refunded $12.00 of #1001. The customer keeps the item",
    State.AWAITING: "needs a lead: Above $10.00 a lead decides.",
    State.OVER_BUDGET: "the team's pool does not hold $12.00",
    State.REFUSED: "did not go through: Above $10.00",
    State.WITHDRAWN: "was not made: Above $10.00",
    State.UNCERTAIN: "Please do not repeat it",
}
CREDIT_NEWS = {
    State.DONE: "Gave $12.00 of #1001 as store credit. The customer keeps the item",
    State.AWAITING: "Giving $12.00 of #1001 as store credit needs a lead: Above $10.00 a lead decides.",
    State.OVER_BUDGET: "the team's pool does not hold $12.00",
    State.REFUSED: "did not go through: Above $10.00",
    State.WITHDRAWN: "did not happen: Above $10.00",
    State.UNCERTAIN: "Please do not repeat it",
}
FLOWERS_NEWS = {
    State.PLANNED: "Flowers for $12.00 are planned for 5 December 2026. They can be withdrawn until 12:00 on that day.",
    State.DONE: "were ordered (F-9), signed Robin",
    State.AWAITING: "needs a lead",
    State.OVER_BUDGET: "the team's pool does not hold $12.00",
    State.REFUSED: "were not sent: Above $10.00",
    State.WITHDRAWN: "$12.00 will not be sent: Above $10.00",
    State.UNCERTAIN: "must ask the florist",
}


@pytest.mark.parametrize(("state", "words"), REFUND_NEWS.items())
def test_given_a_refund_when_it_moved_on_then_the_agent_reads_what_became_of_it(state: State, words: str) -> None:
    assert words in told(refund(), state).text


@pytest.mark.parametrize(("state", "words"), CREDIT_NEWS.items())
def test_given_credit_when_it_moved_on_then_the_agent_reads_so_and_never_of_a_refund(state: State, words: str) -> None:
    text = told(refund(way=Way.CREDIT), state).text

    assert words in text
    assert "efund" not in text


def test_given_pieces_and_shipping_when_told_then_the_agent_reads_exactly_what_goes_back() -> None:
    items = refund(amount=usd(45_00), pieces=(pieces(), pieces(title="Mug", quantity=1)), shipping=usd(5_00))

    assert "$45.00 of #1001 (2 × Season Box, 1 × Mug and $5.00 for shipping)" in told(items, State.DONE).text
    assert "(2 × Season Box, 1 × Mug and $5.00 for shipping) needs a lead" in told(items, State.AWAITING).text


def test_given_shipping_alone_when_told_then_no_item_is_spoken_of() -> None:
    text = told(refund(shipping=usd(12_00)), State.DONE).text

    assert text == "Refunded $12.00 of #1001 ($12.00 for shipping). No return is needed."


def test_given_money_on_its_way_when_told_then_the_agent_reads_so_and_a_later_failure_is_another_note() -> None:
    on_its_way, failed = told(refund(), State.DONE, pending=True), told(refund(), State.REFUSED)

    assert "has not confirmed it yet" in on_its_way.text
    assert len({on_its_way.key, failed.key, told(refund(), State.DONE).key}) == 3


GIFT_NEWS = {
    State.DONE: "Slipped Mug into #1001, for $12.00.",
    State.AWAITING: "Slipping Mug into #1001 needs a lead: Above $10.00 a lead decides.",
    State.OVER_BUDGET: "the team's pool does not hold $12.00",
    State.REFUSED: "Mug was not slipped into #1001: Above $10.00",
    State.WITHDRAWN: "Mug was not slipped into #1001: Above $10.00",
    State.UNCERTAIN: "Mug may be in #1001 by now.",
}


CARD_NEWS = {
    State.DONE: "is in the post, signed Robin",
    State.AWAITING: "Writing a card needs a lead: Above $10.00 a lead decides.",
    State.OVER_BUDGET: "the team's pool does not hold $12.00",
    State.REFUSED: "The card is not written: Above $10.00",
    State.WITHDRAWN: "The card is not written: Above $10.00",
    State.UNCERTAIN: "The card waits to be written",
}


@pytest.mark.parametrize(("state", "words"), CARD_NEWS.items())
def test_given_a_card_when_it_moved_on_then_the_agent_reads_what_became_of_it(state: State, words: str) -> None:
    assert words in told(letter(), state).text


@pytest.mark.parametrize("state", CARD_NEWS)
def test_given_a_card_of_the_catalogue_that_a_person_writes_when_it_moved_on_then_nobody_reads_of_an_order(
    state: State,
) -> None:
    card = present(what=GiftKind.CARD, title="A card")

    assert told(card, state, by_hand=True).text == told(letter(), state).text
    planned = told(card, State.PLANNED, by_hand=True).text
    assert planned.startswith("A card for $12.00 leaves on 5 December 2026")
    assert "ordered" not in planned


@pytest.mark.parametrize(("state", "words"), GIFT_NEWS.items())
def test_given_an_agents_gift_when_it_moved_on_then_the_agent_reads_what_became_of_it(state: State, words: str) -> None:
    assert words in told(gift_line(ticket_id="42"), state).text


def test_given_an_agents_gift_when_it_was_taken_back_or_could_not_be_then_they_read_which() -> None:
    back = team_gift.taken_back(gift_line(ticket_id="42"))

    assert "Took Mug off #1001 again." in told(back, State.DONE).text
    assert "stays given: Above $10.00" in told(back, State.REFUSED).text


@pytest.mark.parametrize(("state", "words"), FLOWERS_NEWS.items())
def test_given_flowers_when_they_moved_on_then_the_agent_reads_what_became_of_them(state: State, words: str) -> None:
    assert words in told(flowers(), state).text


@pytest.mark.parametrize("state", sorted(set(State) - set(REFUND_NEWS)))
def test_given_a_refund_when_there_is_no_news_then_nobody_is_told(state: State) -> None:
    assert news(refund(), state) is None


@pytest.mark.parametrize("effect", [tag(), mark(), ticket_tag(), note(), gift_line()], ids=lambda effect: effect.kind)
@pytest.mark.parametrize("state", State)
def test_given_a_deed_of_nobodys_when_it_moved_on_then_nobody_is_told(effect: Effect, state: State) -> None:
    assert news(effect, state) is None


@pytest.mark.parametrize(
    ("quiet", "words"),
    [
        (tag(tag="no-marketing", ticket_id="42"), "put the tag on by hand"),
        (mute(), "put the tag on by hand"),
        (mute(quiet=Quiet.FIELD), "Surveys and requests for reviews may still go out"),
        (mute(quiet=Quiet.LISTENER), "Your other tools could not be told"),
        (mute(quiet=Quiet.REORDERS), "Reorders of the customer were not paused"),
    ],
    ids=["a tag of the version before", *Quiet],
)
@pytest.mark.parametrize("state", State)
def test_given_a_quiet_when_it_came_to_nothing_then_the_agent_reads_which_and_that_it_is_done_by_hand(
    state: State, quiet: Effect, words: str
) -> None:
    found = news(quiet, state, "There is no such customer.")

    assert (found is not None) is (state in {State.REFUSED, State.WITHDRAWN, State.UNCERTAIN})
    if found is not None:
        assert found.ticket_id == "42"
        assert words in found.text
        assert "There is no such customer." in found.text


def test_given_one_state_told_twice_when_keyed_then_it_is_one_note_and_another_state_is_another() -> None:
    assert told(refund(), State.DONE).key == told(refund(), State.DONE).key
    assert told(refund(), State.DONE).key != told(refund(), State.UNCERTAIN).key
    assert told(refund(), State.DONE).key != told(refund(confirm="again"), State.DONE).key


def test_given_braces_in_a_reason_when_told_then_they_are_only_words() -> None:
    assert "{amount.__class__}" in told(refund(), State.REFUSED, why="{amount.__class__}").text


def test_given_a_remark_when_done_then_it_is_passed_on() -> None:
    assert told(refund(), State.DONE, remark="Pending at the bank.").text.endswith("needed. Pending at the bank.")


def test_given_an_agent_without_a_name_when_flowers_are_done_then_the_team_signs() -> None:
    assert "signed the team" in told(flowers(agent_name=" "), State.DONE).text


def news(
    effect: Effect,
    state: State,
    why: str = "Above $10.00 a lead decides.",
    remark: str = "",
    *,
    pending: bool = False,
    by_hand: bool = False,
) -> PostNote | None:
    plan = tell(
        effect,
        state,
        now=NOON,
        due_at=NOON + 14 * DAY,
        cost=usd(12_00),
        why=why,
        reference="F-9",
        remark=remark,
        pending=pending,
        by_hand=by_hand,
    )
    if plan is None:
        return None
    assert plan.due_at == NOON
    assert isinstance(plan.effect, PostNote)
    return plan.effect


def told(
    effect: Effect,
    state: State,
    why: str = "Above $10.00 a lead decides.",
    remark: str = "",
    *,
    pending: bool = False,
    by_hand: bool = False,
) -> PostNote:
    found = news(effect, state, why, remark, pending=pending, by_hand=by_hand)
    assert found is not None
    return found

"""The next of the list goes down with nobody: it is what would have been chosen, had the first been gone before."""

import pytest

from app.domain.facts import GiftOption, Line, Order, Standing
from app.domain.policy import NthOrderGift
from app.domain.rules import second_choice
from app.domain.tastes import Tastes
from tests.builders import MUG, gift_line, gift_option, gift_parcel, order, standing, usd

CANDLE, SOAP, SOCKS = MUG + 1, MUG + 2, MUG + 3
LIST = NthOrderGift(variants=(CANDLE, MUG, SOAP, SOCKS))
SOLD_OUT = second_choice.GONE


@pytest.mark.parametrize(("variant", "rest"), [(CANDLE, (MUG, SOAP, SOCKS)), (MUG, (SOAP, SOCKS)), (SOCKS, ())])
def test_given_a_gift_that_is_sold_out_when_another_is_looked_for_then_the_list_is_only_gone_down(
    variant: int, rest: tuple[int, ...]
) -> None:
    assert second_choice.below(gift_line(variant_id=variant), SOLD_OUT, LIST) == rest


def test_given_a_gift_that_is_on_the_list_no_more_when_it_is_sold_out_then_all_of_the_list_is_looked_at() -> None:
    assert second_choice.below(gift_line(variant_id=7), SOLD_OUT, LIST) == LIST.variants


@pytest.mark.parametrize(
    ("gift", "code"),
    [
        (gift_line(), "too_late"),
        (gift_line(), "cancelled"),
        (gift_line(rule="team_gift", ticket_id="gorgias:7"), SOLD_OUT),
        (gift_parcel(), SOLD_OUT),
    ],
    ids=["too late", "cancelled", "what an agent chose", "a parcel of its own"],
)
def test_given_anything_but_a_rules_sold_out_line_when_another_is_looked_for_then_there_is_none(
    gift: second_choice.Effect, code: str
) -> None:
    assert second_choice.below(gift, code, LIST) == ()


OPTIONS = (gift_option(variant_id=SOAP, title="Soap"), gift_option(variant_id=SOCKS, title="Socks"))


def chosen(
    options: tuple[GiftOption, ...] = OPTIONS,
    order: Order = order(),  # noqa: B008  # frozen
    standing: Standing | None = None,
    given: frozenset[int] = frozenset(),
) -> int | None:
    option = second_choice.instead(options, order, standing, given, LIST)
    return None if option is None else option.variant_id


@pytest.mark.parametrize(
    "unfit",
    [
        {"options": (gift_option(variant_id=SOAP, stock=1), OPTIONS[1])},
        {"order": order(lines=(Line(variant_id=SOAP, quantity=1, total=usd(3_00)),))},
        {"standing": standing(tastes=Tastes(never=("soap",)))},
        {"given": frozenset({SOAP})},
    ],
    ids=["down to the floor", "in the parcel anyway", "never wanted", "had it already"],
)
def test_given_a_next_that_does_not_fit_when_one_is_chosen_then_it_is_the_one_after(unfit: dict[str, object]) -> None:
    assert chosen() == SOAP
    assert chosen(**unfit) == SOCKS  # type: ignore[arg-type]  # named as above


def test_given_another_item_when_it_goes_instead_then_it_is_the_same_deed_and_says_why() -> None:
    first = gift_line()
    other = second_choice.given_instead(first, OPTIONS[0])

    assert (other.key, other.variant_id, other.title) == (first.key, SOAP, "Soap")
    assert second_choice.why(first, OPTIONS[0]) == "Mug sold out meanwhile, so the gift is Soap instead."

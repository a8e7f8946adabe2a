"""The next of the merchant's list, for a parcel whose gift was gone from the shelves when its hour came."""

from dataclasses import replace

from app.domain import tastes
from app.domain.effects import AddGiftLine, Effect
from app.domain.facts import GiftOption, Order, Standing
from app.domain.policy import NthOrderGift
from app.domain.rules import nth_order_gift

GONE = "sold_out"  # the code of a gift of which no more is there than is kept back
CODE = "second_choice"  # of one for which a person must say yes anew


def below(gift: Effect, code: str, policy: NthOrderGift) -> tuple[int, ...]:
    """Return which variants come after a gift that was dropped under that code; none where it is given up.

    The list is only ever gone down, so that it comes to an end. What an agent slips in, they chose themselves.
    """
    if not isinstance(gift, AddGiftLine) or gift.rule != nth_order_gift.RULE or code != GONE:
        return ()
    listed = policy.variants
    return listed[listed.index(gift.variant_id) + 1 :] if gift.variant_id in listed else listed


def instead(
    options: tuple[GiftOption, ...],
    order: Order,
    standing: Standing | None,
    given: frozenset[int],
    policy: NthOrderGift,
) -> GiftOption | None:
    """Return the first of these that would have been given in the first place."""
    never = () if standing is None else standing.tastes.never
    welcome = [option for option in options if tastes.unwelcome(never, option.title, *option.tags) is None]
    return nth_order_gift.choose(tuple(welcome), given | nth_order_gift.on_board(order), policy)


def given_instead(gift: AddGiftLine, option: GiftOption) -> AddGiftLine:
    """Return the same deed, by its key, with another item."""
    return replace(gift, variant_id=option.variant_id, title=option.title)


def why(gone: AddGiftLine, option: GiftOption) -> str:
    """Return why it is another item than the one that was chosen first."""
    return f"{gone.title} sold out meanwhile, so the gift is {option.title} instead."


def question(gone: AddGiftLine, option: GiftOption) -> str:
    """Return what is asked where a person must approve what is given."""
    return f"{gone.title} sold out meanwhile. {option.title} for {option.cost} instead?"

"""When something runs short, gifts leave what is kept."""

from dataclasses import replace

import pytest

from app.domain import shortages
from app.domain.facts import GiftOption
from tests.builders import usd

CANDLE = GiftOption(variant_id=77, title="Candle", cost=usd(4_00), on_sale=True, stock=7)


@pytest.mark.parametrize(("stock", "short"), [(4, True), (5, True), (6, False), (None, False)])
def test_given_five_kept_when_so_many_are_there_then_it_is_short_or_not(stock: int | None, short: bool) -> None:
    assert shortages.is_short(stock, 5) is short


def test_given_some_kept_when_a_gift_is_chosen_then_only_what_is_beyond_them_is_there() -> None:
    assert shortages.spared(CANDLE, {77: 5}).stock == 2
    assert shortages.spared(CANDLE, {78: 5}).stock == 7
    assert shortages.spared(replace(CANDLE, stock=None), {77: 5}).stock is None

"""What an agent types to name items, and what comes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.refunds import WantedItem
from integrations import wanted_items


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("", ()),
        (" , ", ()),
        ("TEE-S", (WantedItem(sku="TEE-S"),)),
        ("TEE-S x 2", (WantedItem(sku="TEE-S", pieces=2),)),
        ("TEE-S X2", (WantedItem(sku="TEE-S", pieces=2),)),
        ("TEE-S × 2", (WantedItem(sku="TEE-S", pieces=2),)),
        ("TEE-S*2", (WantedItem(sku="TEE-S", pieces=2),)),
        ("BOX2x3", (WantedItem(sku="BOX2x3"),)),
        ("Red Box x 1", (WantedItem(sku="Red Box", pieces=1),)),
        ("TEE-S x 2, BOX; #3\n#4 x 1", None),
        ("#2", (WantedItem(place=2),)),
        ("#2 x 1", (WantedItem(place=2, pieces=1),)),
    ],
)
def test_given_what_agents_type_when_read_then_it_names_items(text: str, items: tuple[WantedItem, ...] | None) -> None:
    four = (
        WantedItem(sku="TEE-S", pieces=2),
        WantedItem(sku="BOX"),
        WantedItem(place=3),
        WantedItem(place=4, pieces=1),
    )

    assert wanted_items.read(text) == (four if items is None else items, None)


@pytest.mark.parametrize("text", ["TEE x 0", "#", "#x", "# 2", "*2", "#99999", "#2 #3"])
def test_given_what_names_nothing_when_read_then_the_agent_is_told_how_to_write_it(text: str) -> None:
    items, unclear = wanted_items.read(text)

    assert items == ()
    assert unclear is not None
    assert "TEE-S x 2, #3" in unclear


def test_given_too_many_items_when_read_then_an_amount_is_asked_for() -> None:
    assert "an amount instead" in (wanted_items.read("A," * 60)[1] or "")


@given(st.text(max_size=300))
def test_given_any_text_when_read_then_there_are_items_or_a_short_sentence(text: str) -> None:
    items, unclear = wanted_items.read(text)

    assert not (items and unclear)
    assert len(unclear or "") < 200
    assert all((item.sku != "") is (item.place == 0) and item.pieces != 0 for item in items)

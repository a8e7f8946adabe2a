"""The catalogue's page: kept, changed, and offered to nobody without a price and a photo."""

import re
from types import SimpleNamespace
from typing import Any

import pytest

from app.domain.facts import GiftOption
from jobs import welcome
from tests.builders import planned, present, usd
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

MUG = {"vendor": "by_hand", "kind": "parcel", "title": "Mug", "cost": "6.50", "photo": "https://x.example/mug.jpg"}


def kept(desk: Desk, **changes: str) -> int:
    """Take a gift into the catalogue; return its number."""
    assert desk.press("/gifts", **MUG | changes).location == "/gifts?said=gift_added"
    return int(desk.open("/gifts").rpartition('id="gift-')[2].partition('"')[0].partition("-")[0])


def seen(desk: Desk, number: int) -> str:
    """Return the word by which the page knows the gift as it shows it."""
    return desk.open("/gifts").partition(f'action="/gifts/{number}"')[2].partition('name="seen" value="')[2][:16]


def test_given_nothing_yet_when_looked_at_then_the_page_says_so(desk: Desk) -> None:
    assert "Nothing yet." in desk.open("/gifts")


def test_given_a_gift_when_added_then_it_is_there_as_it_was_typed_and_not_offered_yet(desk: Desk) -> None:
    kept(desk, countries="us, CA", stock="3", size="L", flag_cats="yes")

    page = desk.open("/gifts")
    assert "Mug, size L</bdi>" in page
    assert "not offered" in page
    assert all(f"<span>{each}</span>" in page for each in ("$6.50", "3 left", "to CA, US", "harmful to cats"))
    assert 'href="https://x.example/mug.jpg"' in page


def test_given_a_gift_when_changed_then_it_is_offered_and_stays_what_it_is(desk: Desk) -> None:
    number = kept(desk)

    wanted = MUG | {"kind": "card", "title": "Big mug", "active": "yes"}
    changed = desk.press(f"/gifts/{number}", **wanted, seen=seen(desk, number))

    assert changed.location == "/gifts?said=gift_changed"
    page = desk.open("/gifts")
    assert ">offered</span>" in page
    assert "<span>a parcel, brought by a person of yours</span>" in page


def test_given_a_page_from_before_one_was_given_when_pressed_on_then_what_is_left_is_not_counted_anew(
    desk: Desk,
) -> None:
    number = kept(desk, stock="2")
    old = seen(desk, number)
    desk.plan(planned(present(gift_id=number), cost=usd(6_50)))

    answer = desk.press(f"/gifts/{number}", **MUG, stock="2", seen=old)

    assert answer.location == "/gifts?said=gift_stays"
    page = desk.open(answer.location)
    assert "This is how it stands now." in page
    assert "<span>1 left</span>" in page


def test_given_a_variant_of_the_stores_own_when_added_then_its_own_shelves_bring_it(desk: Desk) -> None:
    kept(desk, vendor="own_store", sku="4711")

    assert "<span>a parcel, Your own store</span>" in desk.open("/gifts")


def test_given_a_name_when_looked_for_in_the_own_store_then_what_is_found_is_one_press_from_being_offered(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    candle = GiftOption(variant_id=77, title="Small Candle", cost=usd(2_40), on_sale=True, stock=9)
    voucher = GiftOption(variant_id=78, title="Candle voucher", cost=usd(5_00), on_sale=True, stock=None, ships=False)
    shop = SimpleNamespace(gift_candidates=lambda _words: (candle, voucher))
    monkeypatch.setattr(welcome, "hurried", lambda _world, _merchant: SimpleNamespace(shop=shop))

    page = desk.open("/gifts?q=candle")
    fields = dict(
        re.findall(
            r'type="hidden" name="(\w+)" value="([^"]*)"', page.partition('id="shelf"')[2].partition("</section>")[0]
        )
    )

    assert "Candle voucher" not in page
    assert desk.press("/gifts", **fields).location == "/gifts?said=gift_added"
    assert all(each in desk.open("/gifts") for each in (">offered</span>", "a parcel, Your own store", "$2.40"))


@pytest.mark.parametrize(
    ("lacks", "why"), [("cost", "Nobody has said what it costs."), ("photo", "There is no photo")], ids=str
)
def test_given_no_price_or_no_photo_when_switched_on_then_it_cannot_be(desk: Desk, lacks: str, why: str) -> None:
    bare = MUG | {lacks: ""}
    number = kept(desk, **{lacks: ""})

    answer = desk.press(f"/gifts/{number}", **bare, active="yes", seen=seen(desk, number))

    assert (answer.status_code, why in answer.text, why in desk.open("/gifts")) == (422, True, True)
    assert desk.press("/gifts", **bare | {"sku": "other"}, active="yes").status_code == 422


WRONG = [{"vendor": "nobody"}, {"vendor": "own_store"}, {"vendor": "own_store", "kind": "card", "sku": "4711"},
         {"vendor": "florist"}, {"kind": "egift"}, {"kind": ""}, {"title": " "},
         {"title": "y" * 121}, {"cost": "6,505"}, {"cost": "-1"}, {"photo": "http://x.example/mug.jpg"},
         {"photo": "javascript:alert(1)"},
         {"photo": "https://["}, {"countries": "USA"}, {"stock": "many"}, {"stock": "-1"}]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: str(wrong)[:32])
def test_given_what_cannot_be_meant_when_added_then_nothing_is(desk: Desk, wrong: dict[str, Any]) -> None:
    assert desk.press("/gifts", **MUG | wrong).status_code == 422
    assert "Nothing yet." in desk.open("/gifts")


def test_given_a_gift_that_is_there_when_added_again_then_it_says_so(desk: Desk) -> None:
    kept(desk)

    assert "You have this one already" in desk.press("/gifts", **MUG).text


def test_given_another_shops_gift_when_changed_then_there_is_none_of_that_number(desk: Desk) -> None:
    number = kept(desk)

    assert desk.twin().press(f"/gifts/{number}", **MUG).status_code == 404

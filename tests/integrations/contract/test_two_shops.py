"""Two shops at once in one process: no token is ever shown at the other one's door."""

from concurrent.futures import ThreadPoolExecutor

from app.domain.errors import Unavailable
from app.domain.ports import Shop
from integrations import registry
from integrations.http import Http
from integrations.sandbox.store.shops import NewShop, open_shop
from integrations.sandbox.town import PRACTICE_SHOP, PRACTICE_TOKEN
from integrations.shopify.access import FixedAccess
from tests.integrations.contract.town import TownDoor, patient

TWINS = {PRACTICE_SHOP: PRACTICE_TOKEN, "second.myshopify.com": "shpat_second"}


def test_given_two_shops_when_both_are_asked_at_once_then_each_answers_for_itself(town: TownDoor) -> None:
    http = patient()
    with town.inside.books.turn() as turn:
        open_shop(turn, NewShop(domain="second.myshopify.com", token="shpat_second"))
    before = town.get("state")["calls"].get("mispaired", 0)
    shops = [reach(town, http, domain, token) for domain, token in TWINS.items()]

    with ThreadPoolExecutor(8) as several:
        asked = [
            (domain, several.submit(shop.profile)) for _ in range(25) for domain, shop in zip(TWINS, shops, strict=True)
        ]

    assert all(answer.result().domain == domain for domain, answer in asked)
    assert town.get("state")["calls"].get("mispaired", 0) == before


def test_given_a_token_at_the_wrong_door_when_counted_then_the_town_knows(town: TownDoor) -> None:
    """Prove that the count above can move."""
    with town.inside.books.turn() as turn:
        open_shop(turn, NewShop(domain="second.myshopify.com", token="shpat_second"))
    before = town.get("state")["calls"].get("mispaired", 0)

    try:
        reach(town, patient(), "second.myshopify.com", PRACTICE_TOKEN).profile()
    except Unavailable:
        assert town.get("state")["calls"]["mispaired"] == before + 1
    else:
        raise AssertionError("the wrong token opened the door")


def reach(town: TownDoor, http: Http, domain: str, token: str) -> Shop:
    return registry.shopify_shop(f"{town.url}/shopify/{{shop}}", domain, FixedAccess(token), http=http)

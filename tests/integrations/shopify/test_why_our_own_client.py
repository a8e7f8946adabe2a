"""Why calls do not go through `shopifyapi`: each reason, as it happens. If one fails, docs/adr/0004 is out of date."""

from collections.abc import Iterator

import pytest
import shopify
from shopify.api_access import ApiAccess, ApiAccessError
from shopify.session import Session

from tests.integrations.raw_server import answer, serving

RESOURCE = shopify.ShopifyResource
TOKEN = "X-Shopify-Access-Token"
QUERY = "{ shop { id } }"


@pytest.fixture(autouse=True)
def _nobody_is_left_inside() -> Iterator[None]:
    yield
    RESOURCE.clear_session()
    RESOURCE.timeout = None


def enter(url: str, token: str) -> shopify.GraphQL:
    """Enter a shop as the library's guide says; only the address is a test's."""
    RESOURCE.activate_session(Session("a-shop.myshopify.com", "2026-10", token))
    RESOURCE.site = f"{url}/admin/api/2026-10"
    return shopify.GraphQL()


def redirect_to(url: str) -> bytes:
    return answer(b"", "302 Found", f"Location: {url}/")


def test_given_a_redirect_when_called_then_the_token_goes_to_the_stranger() -> None:
    with serving(answer(b"{}")) as stranger, serving(redirect_to(stranger.url)) as home:
        enter(home.url, "canary").execute(QUERY)
    assert b"canary" in stranger.requests[0]


def test_given_two_shops_when_the_first_is_called_late_then_it_is_shown_the_seconds_token() -> None:
    with serving(answer(b"{}")) as one, serving(answer(b"{}")) as two:
        first = enter(one.url, "token-of-one")
        enter(two.url, "token-of-two")
        first.execute(QUERY)
    assert b"token-of-two" in one.requests[0]


def test_given_a_block_that_fails_when_it_is_left_then_its_shop_stays_entered() -> None:
    with pytest.raises(RuntimeError), Session.temp("a-shop.myshopify.com", "2026-10", "canary"):
        raise RuntimeError
    assert RESOURCE.headers[TOKEN] == "canary"


def test_given_a_time_limit_when_the_store_is_slower_then_it_is_waited_for_all_the_same() -> None:
    with serving(0.3, answer(b"{}")) as slow:
        RESOURCE.timeout = 0.05
        assert enter(slow.url, "canary").execute(QUERY) == "{}"


def test_given_a_no_at_200_when_called_then_it_is_handed_on_as_a_text() -> None:
    throttled = b'{"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]}'
    with serving(answer(throttled)) as store:
        assert enter(store.url, "canary").execute(QUERY) == throttled.decode()


def test_given_scopes_of_customer_accounts_when_compared_then_the_whole_list_is_refused() -> None:
    with pytest.raises(ApiAccessError):
        ApiAccess(["write_orders", "customer_read_orders"])

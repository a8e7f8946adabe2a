"""The store's token endpoint: who gets a pair, how long it lives, and what is left of an old one."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from integrations.sandbox.store.admin import id_token
from integrations.sandbox.town import PRACTICE_CLIENT_ID, PRACTICE_SHOP, PRACTICE_TOKEN, TownSettings
from tests.integrations.sandbox.store_town import QUERIES, StoreTown, store_town

OLD_AND_NEW = ("new-secret", "old-secret")


@pytest.fixture
def town() -> StoreTown:
    return store_town(client_secrets=OLD_AND_NEW)


def ask(town: StoreTown, shop: str = PRACTICE_SHOP, **fields: str) -> TestResponse:
    app = {"client_id": PRACTICE_CLIENT_ID, "client_secret": "new-secret"}
    return town.client.post(f"/shopify/{shop}/admin/oauth/access_token", data=app | fields)


def exchange(town: StoreTown, signed_with: str = OLD_AND_NEW[0], **changes: str) -> TestResponse:
    subject = vouched(town, signed_with)
    fields = {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": subject,
        "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
        "requested_token_type": "urn:shopify:params:oauth:token-type:offline-access-token",
        "expiring": "1",
    }
    return ask(town, **(fields | changes))


def vouched(town: StoreTown, secret: str = OLD_AND_NEW[0]) -> str:
    return id_token(TownSettings(client_secrets=(secret,)), PRACTICE_SHOP, town.works.town.clock.now())


def refresh(town: StoreTown, token: str, **changes: str) -> TestResponse:
    return ask(town, **({"grant_type": "refresh_token", "refresh_token": token} | changes))


def pair(answer: TestResponse) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def door(town: StoreTown, token: str) -> int:
    return town.call(QUERIES["shop"], token=token).status_code


def test_given_an_id_token_when_exchanged_then_the_pair_opens_the_shop_for_an_hour(town: StoreTown) -> None:
    got = pair(exchange(town))
    assert (got["expires_in"], got["refresh_token_expires_in"]) == (3600, 90 * 86400)
    assert "write_orders" in got["scope"].split(",")
    assert door(town, got["access_token"]) == 200
    town.later(seconds=3601)
    assert door(town, got["access_token"]) == 401


@pytest.mark.parametrize("changes", [{"subject_token": "junk"}, {"subject_token": ""}])
def test_given_no_true_id_token_when_exchanged_then_it_is_the_subject_that_is_refused(
    town: StoreTown, changes: dict[str, str]
) -> None:
    answer = exchange(town, **changes)
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_subject_token")


def test_given_an_id_token_of_another_secret_or_another_time_when_exchanged_then_it_is_refused(
    town: StoreTown,
) -> None:
    assert exchange(town, signed_with="stranger").status_code == 400
    assert exchange(town, signed_with="old-secret").status_code == 200
    late = vouched(town)
    town.later(seconds=90)
    assert exchange(town, subject_token=late).status_code == 400


def test_given_a_shop_that_tells_no_lifetimes_when_exchanged_then_none_are_there(town: StoreTown) -> None:
    town.change("shops", PRACTICE_SHOP, tells_lifetimes=False)
    assert set(pair(exchange(town))) == {"access_token", "scope", "refresh_token"}


@pytest.mark.parametrize("expiring", ["0", ""])
def test_given_no_wish_for_an_end_when_exchanged_then_the_token_opens_nothing(town: StoreTown, expiring: str) -> None:
    got = pair(exchange(town, expiring=expiring))
    assert set(got) == {"access_token", "scope"}
    assert door(town, got["access_token"]) == 403


def test_given_another_apps_secret_when_asked_then_the_client_is_refused(town: StoreTown) -> None:
    answer = exchange(town, client_secret="guess")
    assert (answer.status_code, (answer.json or {})["error"]) == (401, "invalid_client")


def test_given_a_refresh_token_when_used_then_the_old_one_is_good_until_the_new_one_is_used(town: StoreTown) -> None:
    first = pair(exchange(town))
    second = pair(refresh(town, first["refresh_token"]))
    assert second["refresh_token"] != first["refresh_token"]
    again = pair(refresh(town, first["refresh_token"]))  # the answer was lost
    assert door(town, first["access_token"]) == 200
    pair(refresh(town, again["refresh_token"]))
    assert refresh(town, first["refresh_token"]).status_code == 400
    assert refresh(town, second["refresh_token"]).status_code == 400


def test_given_a_replaced_refresh_token_when_thirty_days_are_over_then_it_is_too(town: StoreTown) -> None:
    first = pair(exchange(town))
    pair(refresh(town, first["refresh_token"]))
    town.later(days=30)
    answer = refresh(town, first["refresh_token"])
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_grant")


def test_given_a_refresh_token_when_ninety_days_are_over_then_it_is_too(town: StoreTown) -> None:
    first = pair(exchange(town))
    town.later(days=90)
    assert refresh(town, first["refresh_token"]).status_code == 400


def test_given_a_fresh_pair_from_the_admin_when_the_older_one_is_refreshed_then_it_is_refused(town: StoreTown) -> None:
    first, second = pair(exchange(town)), pair(exchange(town))
    assert refresh(town, first["refresh_token"]).status_code == 400
    assert door(town, first["access_token"]) == 200
    assert refresh(town, second["refresh_token"]).status_code == 200


def test_given_a_revoked_secret_when_its_tokens_are_shown_then_they_fell_with_it(town: StoreTown) -> None:
    got = pair(exchange(town, client_secret="old-secret"))
    repinned = pair(refresh(town, got["refresh_token"]))
    only_new = store_town(client_secrets=("new-secret",))
    for kind in ("access_tokens", "refresh_tokens"):
        with town.works.town.books.turn() as turn:
            kept = turn.all(kind)
        for each in kept:
            only_new.change(kind, each["token"], **each)
    assert door(only_new, got["access_token"]) == 401
    assert door(only_new, repinned["access_token"]) == 200


def test_given_a_token_of_one_shop_when_shown_at_another_then_the_mistake_is_counted(town: StoreTown) -> None:
    town.client.post("/town/shops/other.myshopify.com", json={"token": "shpat_other"})
    got = pair(exchange(town))
    assert town.call(QUERIES["shop"], token=got["access_token"], shop="other.myshopify.com").status_code == 401
    assert town.client.get("/town/state").json["calls"]["mispaired"] == 1


@pytest.mark.parametrize(("kind", "status"), [("429", 429), ("500_before", 503), ("500_after", 500)])
def test_given_a_fault_when_refreshing_then_it_strikes_once(town: StoreTown, kind: str, status: int) -> None:
    first = pair(exchange(town))
    town.client.post("/town/faults", json={"next": [{"operation": "TokenRefresh", "kind": kind}]})
    assert refresh(town, first["refresh_token"]).status_code == status
    assert refresh(town, first["refresh_token"]).status_code == 200
    counted = town.client.get("/town/state").json
    assert (counted["calls"]["TokenRefresh"], counted["struck"]) == (2, {"TokenRefresh": 1})


def test_given_tokens_that_end_before_their_time_when_shown_then_the_refresh_token_brings_another(
    town: StoreTown,
) -> None:
    first = pair(exchange(town))
    ended = town.client.post(f"/town/shops/{PRACTICE_SHOP}/expire").json
    assert ended == {"ended": 1}
    assert door(town, first["access_token"]) == 401
    assert door(town, pair(refresh(town, first["refresh_token"]))["access_token"]) == 200


def test_given_an_uninstalled_app_when_it_comes_with_old_keys_then_none_opens(town: StoreTown) -> None:
    first = pair(exchange(town))
    town.client.post(f"/town/shops/{PRACTICE_SHOP}/uninstall", json={"times": 2})
    assert [door(town, token) for token in (first["access_token"], PRACTICE_TOKEN)] == [401, 401]
    assert refresh(town, first["refresh_token"]).status_code == 401
    assert exchange(town).status_code == 401
    assert len(town.letters("app/uninstalled")) == 2
    town.place(announce=True)
    assert town.letters("orders/create") == []
    town.client.post(f"/town/shops/{PRACTICE_SHOP}/reinstall")
    assert door(town, pair(exchange(town))["access_token"]) == 200


def test_given_other_scopes_when_granted_then_the_app_is_told_what_was_and_what_is(town: StoreTown) -> None:
    town.client.post(f"/town/shops/{PRACTICE_SHOP}/grant", json={"scopes": ["write_orders"]})
    (letter,) = town.letters("app/scopes_update")
    assert '"current":["write_orders"]' in letter["body"]
    assert pair(exchange(town))["scope"] == "write_orders"

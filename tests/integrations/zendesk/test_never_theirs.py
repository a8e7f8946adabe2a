"""Whatever is done in whatever order, what is the merchant's own stays as they left it."""

from typing import Any

import pytest
from hypothesis import given

from integrations.companies import Login
from integrations.sandbox.zendesk import furniture as account
from integrations.sandbox.zendesk.people import ACCOUNT, API_TOKEN, API_USER, FIELDS, KIND
from integrations.zendesk import furniture, standing
from tests.integrations import merchants_own
from tests.integrations.merchants_own import EMAIL, Step
from tests.torture.inner_town import InnerTown

TAG = "Make it right"
WIRING = merchants_own.wiring("zendesk", tag=TAG, secret="")
THEIRS = ("returns", "make", "it", "right", "make-it-right", "make_it_right_not", "vip/returns", "благодарю", "t" * 200)
FURNITURE = (account.WEBHOOKS, account.TRIGGERS, account.MACROS, FIELDS)


class Account(merchants_own.Account):
    """One at Zendesk."""

    kind, name, api, opens = "zendesk", ACCOUNT, "api/v2", "/town/zendesk/tickets"
    login, auth = Login(user=API_USER, key=API_TOKEN), (f"{API_USER}/token", API_TOKEN)
    wiring, ours = WIRING, "make_it_right"

    def they_tag(self, ticket: int, name: str) -> None:
        self.ask("PUT", f"tickets/{ticket}/tags", {"tags": [name]})

    def they_untag(self, ticket: int, name: str) -> None:
        self.ask("DELETE", f"tickets/{ticket}/tags", {"tags": [name]})

    def make_one_of_each(self) -> None:
        """As much like ours as may be."""
        hook = furniture.hook(WIRING, furniture.TICKETS) | {"description": "ours", "endpoint": f"{WIRING.hook_url}-not"}
        made = self.ask("POST", "webhooks", {"webhook": hook})["webhook"]
        trigger = furniture.trigger(WIRING, made["id"]) | {"title": f"Lagniappe {self.made}", "description": None}
        self.ask("POST", "triggers", {"trigger": trigger})
        self.ask("POST", "macros", {"macro": furniture.macro("flowers") | {"description": "ours"}})
        field = standing.FIELD | {"key": f"{standing.KEY}_{self.made}"}
        self.ask("POST", "user_fields", {"user_field": field})
        (customer,) = self.ask("GET", f"users/search?query=email:{EMAIL}")["users"]
        values = {"user": {"user_fields": {field["key"]: f"size {self.made}"}}}
        self.ask("PUT", f"users/{customer['id']}", values)

    def furniture(self) -> dict[tuple[str, Any], Any]:
        rows: dict[tuple[str, Any], Any] = {(kind, row["id"]): row for kind in FURNITURE for row in self.rows(kind)}
        for holder in self.rows(KIND):
            if holder["email"] == EMAIL:
                rows |= {("value", key): value for key, value in holder["user_fields"].items() if key != standing.KEY}
        return rows

    def tags_on(self, ticket: int) -> set[str]:
        return set(self.ask("GET", f"tickets/{ticket}/tags")["tags"])


@pytest.fixture(scope="module")
def inner() -> InnerTown:
    town = InnerTown(customers=25)
    town.call("/town/zendesk/limit", {"calls": 1_000_000})
    return town


@merchants_own.in_any_order
@given(taken=merchants_own.steps(tag=TAG, theirs=THEIRS))
def test_given_any_steps_in_any_order_when_taken_then_what_is_the_merchants_is_as_they_left_it(
    inner: InnerTown, taken: list[Step]
) -> None:
    merchants_own.stays(inner, Account, taken)

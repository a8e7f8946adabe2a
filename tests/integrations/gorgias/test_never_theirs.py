"""Whatever is done in whatever order, what is the merchant's own stays as they left it."""

from typing import Any

import pytest
from hypothesis import given

from integrations.companies import Login
from integrations.sandbox.helpdesk import http_integrations, macros, tags, widgets
from integrations.sandbox.helpdesk.people import ACCOUNT, API_KEY, API_USER
from tests.integrations import merchants_own
from tests.integrations.merchants_own import EMAIL, Step
from tests.torture.inner_town import InnerTown

TAG = "make-it-right"
WIRING = merchants_own.wiring("gorgias", tag=TAG, secret="s")
THEIRS = ("returns", "Make-It-Right", "make-it-right ", "make-it-right-not", "vip,returns", "благодарю", "t" * 256)
FURNITURE = (http_integrations.KIND, widgets.KIND, macros.KIND)
FIELD = {"object_type": "Customer", "definition": {"data_type": "text", "input_settings": {"input_type": "input"}}}
HTTP = {
    "url": f"{WIRING.hook_url}-not",
    "method": "POST",
    "request_content_type": "application/json",
    "response_content_type": "application/json",
}
CARD = {"type": "wrapper", "widgets": [{"path": "lagniappe", "type": "card", "title": "Lagniappe"}]}


class Account(merchants_own.Account):
    """One at Gorgias."""

    kind, name, api, opens = "gorgias", ACCOUNT, "api", "/town/tickets"
    login, auth = Login(user=API_USER, key=API_KEY), (API_USER, API_KEY)
    wiring, ours = WIRING, TAG

    def they_tag(self, ticket: int, name: str) -> None:
        if not any(row["name"] == name for row in self.rows(tags.KIND)):
            self.ask("POST", "tags", {"name": name})
        self.ask("POST", f"tickets/{ticket}/tags", {"names": [name]})

    def they_untag(self, ticket: int, name: str) -> None:
        self.ask("DELETE", f"tickets/{ticket}/tags", {"names": [name]})

    def make_one_of_each(self) -> None:
        made = self.ask("POST", "integrations", {"name": f"Lagniappe {self.made}", "type": "http", "http": HTTP})
        self.ask("POST", "widgets", {"type": "http", "integration_id": made["id"], "template": CARD})
        self.ask("POST", "macros", {"name": "Lagniappe"})
        field = self.ask("POST", "custom-fields", FIELD | {"label": "Lagniappe"})
        (customer,) = self.ask("GET", f"customers?email={EMAIL}")["data"]
        self.ask("PUT", f"customers/{customer['id']}/custom-fields/{field['id']}", {"value": f"size {self.made}"})

    def furniture(self) -> dict[tuple[str, Any], Any]:
        rows = {(kind, row["id"]): row for kind in (*FURNITURE, "desk_field") for row in self.rows(kind)}
        fields = [number for kind, number in rows if kind == "desk_field"]
        for holder in self.rows("desk_customer"):
            if holder["email"] == EMAIL:
                values = {number: holder["fields"].get(str(number)) for number in fields}
                rows |= {("value", number): {"value": value} for number, value in values.items()}
        return rows

    def tags_on(self, ticket: int) -> set[str]:
        return {row["name"] for row in self.ask("GET", f"tickets/{ticket}/tags")["data"]}


@pytest.fixture(scope="module")
def inner() -> InnerTown:
    town = InnerTown(customers=25)
    town.call("/town/helpdesk/limit", {"calls": 100_000, "seconds": 1})
    return town


@merchants_own.in_any_order
@given(taken=merchants_own.steps(tag=TAG, theirs=THEIRS))
def test_given_any_steps_in_any_order_when_taken_then_what_is_the_merchants_is_as_they_left_it(
    inner: InnerTown, taken: list[Step]
) -> None:
    merchants_own.stays(inner, Account, taken)

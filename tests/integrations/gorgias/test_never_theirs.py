"""Whatever is done in whatever order, what is the merchant's own stays as they left it."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.helpdesk_setup import Parts, Wiring
from integrations import registry
from integrations.companies import Login
from integrations.http import Http
from integrations.sandbox.helpdesk import http_integrations, macros, tags, widgets
from integrations.sandbox.helpdesk.people import ACCOUNT, API_KEY, API_USER
from tests.torture.boundaries import Watched, WatchedHttp
from tests.torture.inner_town import HOST, InnerTown

TAG = "make-it-right"
LOGIN = Login(user=API_USER, key=API_KEY)
ORIGIN = f"{HOST}/gorgias/{{account}}"
API = f"{HOST}/gorgias/{ACCOUNT}/api"
HOOK = "https://app.example/hooks/gorgias/t-1"
WIRING = Wiring(shop="first.myshopify.com", hook_url=HOOK, card_url=f"{HOOK}/card", secret="s", tag=TAG)
EMAIL = "ada@customer.example"
THEIRS = ("returns", "Make-It-Right", "make-it-right ", "make-it-right-not", "vip,returns", "благодарю", "t" * 256)
FURNITURE = (http_integrations.KIND, widgets.KIND, macros.KIND)
FIELD = {"object_type": "Customer", "definition": {"data_type": "text", "input_settings": {"input_type": "input"}}}
HTTP = {
    "url": f"{HOOK}-not",
    "method": "POST",
    "request_content_type": "application/json",
    "response_content_type": "application/json",
}
CARD = {"type": "wrapper", "widgets": [{"path": "lagniappe", "type": "card", "title": "Lagniappe"}]}

steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["they tag", "they untag"]), st.integers(0, 1), st.sampled_from(THEIRS)),
        st.tuples(st.sampled_from(["we tag"]), st.integers(0, 1), st.just(TAG)),
        st.tuples(st.sampled_from(["mark", "unmark", "install", "uninstall", "they furnish"]), st.just(0), st.just("")),
    ),
    min_size=4,
    max_size=12,
)


class Account:
    """One account with two tickets of a customer's, what the team does there, and what we do."""

    def __init__(self, inner: InnerTown, http: Http) -> None:
        self.inner, self.session = inner, inner.session()
        self.desk = registry.helpdesk("gorgias", ORIGIN, ACCOUNT, LOGIN, http=http)
        found = registry.helpdesk_setup("gorgias", ORIGIN, ACCOUNT, LOGIN, http=http)
        assert found is not None
        self.setup = found
        self.parts: Parts = {}
        self.tickets = [int(inner.call("/town/tickets", {"email": EMAIL})["ticket_id"]) for _ in range(2)]
        self.tags: dict[int, set[str]] = {ticket: set() for ticket in self.tickets}
        self.theirs = self.furniture()
        self.made = 0

    def do(self, step: str, place: int, name: str) -> None:
        ticket = self.tickets[place]
        match step:
            case "they tag":
                if not any(row["name"] == name for row in self.rows(tags.KIND)):
                    self.ask("POST", "tags", {"name": name})
                self.ask("POST", f"tickets/{ticket}/tags", {"names": [name]})
                self.tags[ticket].add(name)
            case "they untag":
                if name in self.tags[ticket]:
                    self.ask("DELETE", f"tickets/{ticket}/tags", {"names": [name]})
                    self.tags[ticket].discard(name)
            case "they furnish":
                self.they_furnish()
            case "we tag":
                self.desk.tag_ticket(str(ticket), tag=name)
            case "mark" | "unmark":
                self.desk.mark_customer((EMAIL,), special=step == "mark", reason="because", tag=TAG)
            case "install":
                self.parts = self.setup.install(WIRING, known=self.parts)
            case "uninstall":
                assert self.setup.uninstall(WIRING, known=self.parts) == {}
                self.parts = {}

    def they_furnish(self) -> None:
        """Let the team make one of everything, and give the customer a value in it."""
        before, self.made = self.furniture(), self.made + 1
        made = self.ask("POST", "integrations", {"name": f"Lagniappe {self.made}", "type": "http", "http": HTTP})
        self.ask("POST", "widgets", {"type": "http", "integration_id": made["id"], "template": CARD})
        self.ask("POST", "macros", {"name": "Lagniappe"})
        field = self.ask("POST", "custom-fields", FIELD | {"label": "Lagniappe"})
        (customer,) = self.ask("GET", f"customers?email={EMAIL}")["data"]
        self.ask("PUT", f"customers/{customer['id']}/custom-fields/{field['id']}", {"value": f"size {self.made}"})
        after = self.furniture()
        self.theirs |= {place: row for place, row in after.items() if place not in before}

    def furniture(self) -> dict[tuple[str, int], dict[str, Any]]:
        """Return all that stands there, by kind and number."""
        rows = {(kind, row["id"]): row for kind in (*FURNITURE, "desk_field") for row in self.rows(kind)}
        fields = [number for kind, number in rows if kind == "desk_field"]
        for holder in self.rows("desk_customer"):
            if holder["email"] == EMAIL:
                values = {number: holder["fields"].get(str(number)) for number in fields}
                rows |= {("value", number): {"value": value} for number, value in values.items()}
        return rows

    def rows(self, kind: str) -> list[dict[str, Any]]:
        with self.inner.books.turn() as turn:
            return turn.all(kind)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Call the API as somebody of the team would."""
        answer = self.session.request(method, f"{API}/{path}", json=body, auth=(API_USER, API_KEY))
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def tags_on(self, ticket: int) -> set[str]:
        return {row["name"] for row in self.ask("GET", f"tickets/{ticket}/tags")["data"]}


@pytest.fixture(scope="module")
def inner() -> Iterator[InnerTown]:
    town = InnerTown(customers=25)
    town.call("/town/helpdesk/limit", {"calls": 100_000, "seconds": 1})
    return town


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(taken=steps)
def test_given_any_steps_in_any_order_when_taken_then_what_is_the_merchants_is_as_they_left_it(
    inner: InnerTown, taken: list[tuple[str, int, str]]
) -> None:
    before = inner.copied()
    try:
        account = Account(inner, WatchedHttp(inner, Watched()))
        for step in taken:
            account.do(*step)
            there = account.furniture()
            assert {place: there.get(place) for place in account.theirs} == account.theirs
            assert [account.tags_on(ticket) - {TAG} for ticket in account.tickets] == [*account.tags.values()]
    finally:
        inner.lay(before)

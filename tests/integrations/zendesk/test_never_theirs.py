"""Whatever is done in whatever order, what is the merchant's own stays as they left it."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.helpdesk_setup import Parts, Wiring
from integrations import registry
from integrations.companies import Login
from integrations.http import Http
from integrations.sandbox.zendesk import furniture as account
from integrations.sandbox.zendesk.people import ACCOUNT, API_TOKEN, API_USER, FIELDS, KIND
from integrations.zendesk import furniture, standing
from tests.torture.boundaries import Watched, WatchedHttp
from tests.torture.inner_town import HOST, InnerTown

TAG = "Make it right"  # which is make_it_right there
OURS = "make_it_right"
LOGIN = Login(user=API_USER, key=API_TOKEN)
ORIGIN = f"{HOST}/zendesk/{{account}}"
API = f"{HOST}/zendesk/{ACCOUNT}/api/v2"
HOOK = "https://app.example/hooks/zendesk/t-1"
WIRING = Wiring(shop="first.myshopify.com", hook_url=HOOK, card_url=f"{HOOK}/card", secret="", tag=TAG)
EMAIL = "ada@customer.example"
THEIRS = ("returns", "make", "it", "right", "make-it-right", "make_it_right_not", "vip/returns", "благодарю", "t" * 200)
FURNITURE = (account.WEBHOOKS, account.TRIGGERS, account.MACROS, FIELDS)

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
        self.desk = registry.helpdesk("zendesk", ORIGIN, ACCOUNT, LOGIN, http=http)
        found = registry.helpdesk_setup("zendesk", ORIGIN, ACCOUNT, LOGIN, http=http)
        assert found is not None
        self.setup = found
        self.parts: Parts = {}
        self.tickets = [int(inner.call("/town/zendesk/tickets", {"email": EMAIL})["ticket_id"]) for _ in range(2)]
        self.tags: dict[int, set[str]] = {ticket: set() for ticket in self.tickets}
        self.theirs = self.furniture()
        self.made = 0

    def do(self, step: str, place: int, name: str) -> None:
        ticket = self.tickets[place]
        match step:
            case "they tag":
                self.ask("PUT", f"tickets/{ticket}/tags", {"tags": [name]})
                self.tags[ticket].add(name)
            case "they untag":
                self.ask("DELETE", f"tickets/{ticket}/tags", {"tags": [name]})
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
        """Let the team make one of everything, as much like ours as may be, and give the customer a value in it."""
        before, self.made = self.furniture(), self.made + 1
        hook = furniture.hook(WIRING, furniture.TICKETS) | {"description": "ours", "endpoint": f"{HOOK}-not"}
        made = self.ask("POST", "webhooks", {"webhook": hook})["webhook"]
        trigger = furniture.trigger(WIRING, made["id"]) | {"title": f"Lagniappe {self.made}", "description": None}
        self.ask("POST", "triggers", {"trigger": trigger})
        self.ask("POST", "macros", {"macro": furniture.macro("flowers") | {"description": "ours"}})
        field = standing.FIELD | {"key": f"{standing.KEY}_{self.made}"}
        self.ask("POST", "user_fields", {"user_field": field})
        (customer,) = self.ask("GET", f"users/search?query=email:{EMAIL}")["users"]
        values = {"user": {"user_fields": {field["key"]: f"size {self.made}"}}}
        self.ask("PUT", f"users/{customer['id']}", values)
        after = self.furniture()
        self.theirs |= {place: row for place, row in after.items() if place not in before}

    def furniture(self) -> dict[tuple[str, Any], Any]:
        """Return all that stands there, by kind and number."""
        rows: dict[tuple[str, Any], Any] = {(kind, row["id"]): row for kind in FURNITURE for row in self.rows(kind)}
        for holder in self.rows(KIND):
            if holder["email"] == EMAIL:
                rows |= {("value", key): value for key, value in holder["user_fields"].items() if key != standing.KEY}
        return rows

    def rows(self, kind: str) -> list[dict[str, Any]]:
        with self.inner.books.turn() as turn:
            return turn.all(kind)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Call the API as somebody of the team would."""
        answer = self.session.request(method, f"{API}/{path}", json=body, auth=(f"{API_USER}/token", API_TOKEN))
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def tags_on(self, ticket: int) -> set[str]:
        return set(self.ask("GET", f"tickets/{ticket}/tags")["tags"])


@pytest.fixture(scope="module")
def inner() -> InnerTown:
    town = InnerTown(customers=25)
    town.call("/town/zendesk/limit", {"calls": 1_000_000})
    return town


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(taken=steps)
def test_given_any_steps_in_any_order_when_taken_then_what_is_the_merchants_is_as_they_left_it(
    inner: InnerTown, taken: list[tuple[str, int, str]]
) -> None:
    before = inner.copied()
    try:
        there = Account(inner, WatchedHttp(inner, Watched()))
        for step in taken:
            there.do(*step)
            now = there.furniture()
            assert {place: now.get(place) for place in there.theirs} == there.theirs
            assert [there.tags_on(ticket) - {OURS} for ticket in there.tickets] == [*there.tags.values()]
    finally:
        inner.lay(before)

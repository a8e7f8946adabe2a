"""An account that we furnish, what its team does there and what we do: theirs must stay as they left it."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from app.domain.helpdesk_setup import Parts, Wiring
from integrations import registry
from integrations.companies import Login
from tests.torture.boundaries import Watched, WatchedHttp
from tests.torture.inner_town import HOST, InnerTown

EMAIL = "ada@customer.example"
Step = tuple[str, int, str]
in_any_order = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def wiring(kind: str, *, tag: str, secret: str) -> Wiring:
    """Return where such a helpdesk's calls would go."""
    hook = f"https://app.example/hooks/{kind}/t-1"
    return Wiring(shop="first.myshopify.com", hook_url=hook, card_url=f"{hook}/card", secret=secret, tag=tag)


def steps(*, tag: str, theirs: tuple[str, ...]) -> st.SearchStrategy[list[Step]]:
    """Return any few steps: what is done, on which of two tickets, with which tag."""
    one = st.one_of(
        st.tuples(st.sampled_from(["they tag", "they untag"]), st.integers(0, 1), st.sampled_from(theirs)),
        st.tuples(st.sampled_from(["we tag"]), st.integers(0, 1), st.just(tag)),
        st.tuples(st.sampled_from(["mark", "unmark", "install", "uninstall", "they furnish"]), st.just(0), st.just("")),
    )
    return st.lists(one, min_size=4, max_size=12)


class Account(ABC):
    """One account with two tickets of a customer's."""

    kind: ClassVar[str]
    name: ClassVar[str]
    login: ClassVar[Login]
    auth: ClassVar[tuple[str, str]]
    wiring: ClassVar[Wiring]
    ours: ClassVar[str]  # our tag, as it is kept there
    opens: ClassVar[str]  # where the town opens a ticket
    api: ClassVar[str]

    def __init__(self, inner: InnerTown) -> None:
        self.inner, self.session, http = inner, inner.session(), WatchedHttp(inner, Watched())
        origin = f"{HOST}/{self.kind}/{{account}}"
        self.desk = registry.helpdesk(self.kind, origin, self.name, self.login, http=http)
        found = registry.helpdesk_setup(self.kind, origin, self.name, self.login, http=http)
        assert found is not None
        self.setup = found
        self.parts: Parts = {}
        self.tickets = [int(inner.call(self.opens, {"email": EMAIL})["ticket_id"]) for _ in range(2)]
        self.tags: dict[int, set[str]] = {ticket: set() for ticket in self.tickets}
        self.theirs = self.furniture()
        self.made = 0

    @abstractmethod
    def they_tag(self, ticket: int, name: str) -> None: ...
    @abstractmethod
    def they_untag(self, ticket: int, name: str) -> None: ...
    @abstractmethod
    def make_one_of_each(self) -> None:
        """Let the team make one of everything, and give the customer a value in it."""

    @abstractmethod
    def furniture(self) -> dict[tuple[str, Any], Any]:
        """Return all that stands there, by kind and number."""

    @abstractmethod
    def tags_on(self, ticket: int) -> set[str]: ...

    def do(self, step: str, place: int, name: str) -> None:
        ticket = self.tickets[place]
        match step:
            case "they tag":
                self.they_tag(ticket, name)
                self.tags[ticket].add(name)
            case "they untag":
                if name in self.tags[ticket]:
                    self.they_untag(ticket, name)
                    self.tags[ticket].discard(name)
            case "they furnish":
                self.they_furnish()
            case "we tag":
                self.desk.tag_ticket(str(ticket), tag=name)
            case "mark" | "unmark":
                self.desk.mark_customer((EMAIL,), special=step == "mark", reason="because", tag=self.wiring.tag)
            case "install":
                self.parts = self.setup.install(self.wiring, known=self.parts)
            case "uninstall":
                assert self.setup.uninstall(self.wiring, known=self.parts) == {}
                self.parts = {}

    def they_furnish(self) -> None:
        before, self.made = self.furniture(), self.made + 1
        self.make_one_of_each()
        after = self.furniture()
        self.theirs |= {place: row for place, row in after.items() if place not in before}

    def rows(self, kind: str) -> list[dict[str, Any]]:
        with self.inner.books.turn() as turn:
            return turn.all(kind)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Call the API as somebody of the team would."""
        url = f"{HOST}/{self.kind}/{self.name}/{self.api}/{path}"
        answer = self.session.request(method, url, json=body, auth=self.auth)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None


def stays(inner: InnerTown, account: type[Account], taken: list[Step]) -> None:
    """Take the steps; after each, what is the merchant's is as they left it. The town is as before when all is over."""
    before = inner.copied()
    try:
        there = account(inner)
        for step in taken:
            there.do(*step)
            now = there.furniture()
            assert {place: now.get(place) for place in there.theirs} == there.theirs
            assert [there.tags_on(ticket) - {there.ours} for ticket in there.tickets] == [*there.tags.values()]
    finally:
        inner.lay(before)

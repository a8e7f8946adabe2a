"""Test tickets in each kind of helpdesk that takes them: two strict twins, and a real one."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests

from app.domain.errors import Unavailable
from app.domain.ports import SampleTickets
from integrations import registry
from integrations.companies import Login
from integrations.http import Http
from integrations.sandbox.helpdesk import people as gorgias
from integrations.sandbox.zendesk import people as zendesk
from integrations.zendesk import users
from integrations.zendesk.samples import ZendeskSamples
from tests.integrations.contract.sample_contract import SampleContract, SampleStage
from tests.integrations.contract.test_django_helpdesk import RealStage
from tests.integrations.contract.test_gorgias import GorgiasStage
from tests.integrations.contract.test_zendesk import SAM, ZendeskStage
from tests.integrations.contract.town import TownDoor, patient
from tests.integrations.raw_server import HERE
from tests.real_helpdesk.running import ACCOUNT, KEY, USER, RealHelpdesk


def writer(kind: str, origin: str, account: str, login: Login, http: Http) -> SampleTickets:
    found = registry.samples(kind, origin, account, login, http=http)
    assert found is not None
    return found


@dataclass(frozen=True, slots=True)
class InGorgias:
    """The practice account in the town."""

    desk: GorgiasStage

    def samples(self) -> SampleTickets:
        return self._writer(gorgias.API_KEY)

    def stranger(self) -> SampleTickets:
        return self._writer("wrong")

    def new_email(self) -> str:
        return self.desk.new_email()

    def open_ticket(self, email: str) -> str:
        return self.desk.open_ticket(email)

    def tickets_of(self, email: str) -> list[str]:
        rows = self.desk.by_hand("GET", f"tickets?customer_id={self.desk.customer(email)}&limit=100")["data"]
        return sorted((str(row["id"]) for row in rows), key=int)

    def notes_on(self, ticket: str) -> list[str]:
        return self.desk.notes_on(ticket)

    def public_on(self, ticket: str) -> list[str]:
        return self.desk.public_on(ticket)

    def answer(self, ticket: str, email: str) -> None:
        self.desk.chatter(ticket, messages=1)

    def is_open(self, ticket: str) -> bool:
        return bool(self.desk.by_hand("GET", f"tickets/{ticket}")["status"] == "open")

    def mails(self) -> int:
        """What is public there and from an agent is what it mails."""
        rows = self.desk.by_hand("GET", "messages?limit=100")["data"]
        return len([row for row in rows if row["public"] and row["from_agent"]])

    def lose_next_answer(self) -> None:
        self.desk.let_next("POST tickets", "commit_then_drop")

    def _writer(self, key: str) -> SampleTickets:
        login = Login(user=gorgias.API_USER, key=key)
        return writer("gorgias", f"{self.desk.town.url}/gorgias/{{account}}", gorgias.ACCOUNT, login, patient())


@dataclass(frozen=True, slots=True)
class InZendesk:
    """The practice account in the town."""

    desk: ZendeskStage

    def samples(self) -> SampleTickets:
        return self._writer(zendesk.API_TOKEN)

    def stranger(self) -> SampleTickets:
        return self._writer("wrong")

    def new_email(self) -> str:
        return self.desk.new_email()

    def open_ticket(self, email: str) -> str:
        return self.desk.open_ticket(email)

    def tickets_of(self, email: str) -> list[str]:
        user = self.desk.town.get(f"zendesk/people/{email}")["user"]
        rows = self.desk.by_hand("GET", f"users/{user['id']}/tickets/requested")["tickets"] if user else []
        return sorted((str(row["id"]) for row in rows), key=int)

    def notes_on(self, ticket: str) -> list[str]:
        return self.desk.notes_on(ticket)

    def public_on(self, ticket: str) -> list[str]:
        return self.desk.public_on(ticket)

    def answer(self, ticket: str, email: str) -> None:
        self.desk.typed(ticket, "Good to hear.", public=True, email=SAM)

    def is_open(self, ticket: str) -> bool:
        return self.desk.ticket(ticket)["status"] not in ("solved", "closed")

    def mails(self) -> int:
        return len(self.desk.town.get("zendesk/mails")["mails"])

    def lose_next_answer(self) -> None:
        self.desk.let_next("POST tickets", "commit_then_drop")

    def _writer(self, key: str) -> SampleTickets:
        login = Login(user=zendesk.API_USER, key=key)
        return writer("zendesk", f"{self.desk.town.url}/zendesk/{{account}}", zendesk.ACCOUNT, login, patient())


@dataclass(frozen=True, slots=True)
class InReality:
    """The real django-helpdesk, which would mail whoever a new ticket is from."""

    desk: RealStage

    def samples(self) -> SampleTickets:
        return self._writer(KEY)

    def stranger(self) -> SampleTickets:
        return self._writer("wrong")

    def new_email(self) -> str:
        return self.desk.new_email()

    def open_ticket(self, email: str) -> str:
        return self.desk.open_ticket(email)

    def tickets_of(self, email: str) -> list[str]:
        return sorted(map(str, self.desk.real.behind("tickets_of", email=email)), key=int)

    def notes_on(self, ticket: str) -> list[str]:
        """Return what agents read beside the mark by which we find it again."""
        notes = [str(note["text"]) for note in self.desk.real.behind("look", ticket=int(ticket))["notes"]]
        return [note for note in notes if not note.startswith("ref ")]

    def public_on(self, ticket: str) -> list[str]:
        return self.desk.public_on(ticket)

    def answer(self, ticket: str, email: str) -> None:
        self.desk.chatter(ticket, messages=1)

    def is_open(self, ticket: str) -> bool:
        shown = requests.get(f"{self.desk.real.url}/api/tickets/{ticket}/", auth=(USER, KEY), timeout=30)
        return bool(shown.json()["status"] == 1)

    def mails(self) -> int:
        return int(self.desk.real.behind("mails"))

    def lose_next_answer(self) -> None:
        self.desk.real.behind("fault", method="POST", kind="drop")

    def _writer(self, key: str) -> SampleTickets:
        login = Login(user=USER, key=key)
        return writer("django_helpdesk", self.desk.real.url, ACCOUNT, login, Http(trusted=HERE))


class TestGorgiasSamples(SampleContract):
    @pytest.fixture
    def stage(self, town: TownDoor) -> SampleStage:
        return InGorgias(GorgiasStage(town))


class TestZendeskSamples(SampleContract):
    @pytest.fixture
    def stage(self, town: TownDoor) -> SampleStage:
        return InZendesk(ZendeskStage(town))

    def test_given_a_helpdesk_that_shows_notes_to_customers_when_written_then_that_is_said_and_it_is_hidden(
        self, town: TownDoor, stage: SampleStage, email: str, key: str
    ) -> None:
        town.post("zendesk/careless")
        written = stage.samples().write(email, key=key)
        assert (written.public, stage.public_on(written.reference)) == (True, [])

    def test_given_two_hands_that_both_saw_none_when_written_then_there_is_one(
        self, stage: SampleStage, email: str, key: str
    ) -> None:
        class Blind(ZendeskSamples):
            """Saw none, and froze."""

            def find(self, *, key: str) -> None:  # type: ignore[override]
                return None

        desk = stage.samples()
        assert isinstance(desk, ZendeskSamples)
        assert len({Blind(desk.api).write(email, key=key).reference for _ in range(2)}) == 1

    def test_given_a_search_that_lags_behind_when_written_for_somebody_known_then_later(
        self, stage: SampleStage, email: str, key: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(users, "known", lambda *_: {})
        with pytest.raises(Unavailable, match="does not show it yet"):
            stage.samples().write(email, key=key)
        assert len(stage.tickets_of(email)) == 1


class TestRealSamples(SampleContract):
    @pytest.fixture
    def stage(self, real_helpdesk: RealHelpdesk) -> Iterator[SampleStage]:
        yield InReality(RealStage(real_helpdesk))
        real_helpdesk.behind("close_all")


def test_given_a_kind_that_cannot_open_one_when_asked_for_then_nobody_writes_there() -> None:
    assert registry.samples("signed_hook", "https://{account}", "desk.example.com", Login(user="", key="k")) is None

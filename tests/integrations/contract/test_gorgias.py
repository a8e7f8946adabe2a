"""The Gorgias adapter against its strict twin."""

import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from app.domain.errors import Unavailable, Uncertain
from app.domain.ports import Helpdesk, PushableHelpdesk
from integrations import registry
from integrations.companies import Login
from integrations.http import Http
from integrations.sandbox.helpdesk.bucket import GENUINE
from integrations.sandbox.helpdesk.people import ACCOUNT, API_KEY, API_USER
from jobs.lost_marks import AT_ONCE
from tests.integrations.contract.helpdesk_contract import TAG, HelpdeskContract, HelpdeskStage
from tests.integrations.contract.push_contract import PushContract, PushStage
from tests.integrations.contract.town import TownDoor, patient

SHOES = {
    "object_type": "Customer",
    "label": "Shoes",
    "definition": {"data_type": "text", "input_settings": {"input_type": "input"}},
}
DEEDS = {"note": "POST messages", "tag": "POST tags"}


@dataclass(frozen=True, slots=True)
class GorgiasStage:
    """The practice account in the town."""

    town: TownDoor

    def helpdesk(self) -> Helpdesk:
        return self._helpdesk(API_KEY)

    def stranger(self) -> Helpdesk:
        return self._helpdesk("wrong")

    def new_email(self) -> str:
        return f"{uuid.uuid4().hex}@customer.example"

    def open_ticket(self, email: str) -> str:
        return str(self.town.post("tickets", email=email)["ticket_id"])

    def close_ticket(self, ticket_id: str) -> None:
        self.by_hand("PUT", f"tickets/{ticket_id}", {"status": "closed"})

    def tag_by_hand(self, ticket_id: str, tag: str) -> None:
        self.by_hand("POST", f"tickets/{ticket_id}/tags", {"names": [tag]})

    def chatter(self, ticket_id: str, messages: int) -> None:
        for number in range(messages):
            words = {
                "channel": "email",
                "via": "email",
                "from_agent": False,
                "body_text": f"And another thing, {number}",
            }
            self.by_hand("POST", f"tickets/{ticket_id}/messages", words)

    def tags_on(self, ticket_id: str) -> list[str]:
        return [str(tag) for tag in self.town.get(f"tickets/{ticket_id}")["tags"]]

    def notes_on(self, ticket_id: str) -> list[str]:
        return [str(note["text"]) for note in self.town.get(f"tickets/{ticket_id}")["notes"]]

    def public_on(self, ticket_id: str) -> list[str]:
        return [str(note["text"]) for note in self.town.get(f"tickets/{ticket_id}")["messages"]]

    def standing_of(self, email: str) -> str:
        return "".join(str(each["value"]) for each in self.values_of(email))

    def told(self) -> PushableHelpdesk:
        desk = self.helpdesk()
        assert isinstance(desk, PushableHelpdesk)
        return desk

    def card_of(self, email: str) -> str:
        fields = self.by_hand("GET", "custom-fields?object_type=Customer")["data"]
        ours = {field["id"] for field in fields if field["external_id"] == "lagniappe-card"}
        return "".join(str(each["value"]) for each in self.values_of(email) if each["id"] in ours)

    def write_beside_it(self, email: str) -> str:
        field = self.by_hand("POST", "custom-fields", SHOES)["id"]
        self.by_hand("PUT", f"customers/{self.customer(email)}/custom-fields/{field}", {"value": "size 9"})
        self.helpdesk().mark_customer((email,), special=True, reason="because", tag=TAG)
        return self.beside_it(email)

    def beside_it(self, email: str) -> str:
        return self.standing_of(email).replace(self.card_of(email) or "-", "")

    def customer(self, email: str) -> int:
        (customer,) = self.by_hand("GET", f"customers?email={email}")["data"]
        return int(customer["id"])

    def values_of(self, email: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.by_hand("GET", f"customers/{self.customer(email)}/custom-fields")
        return found

    def lose_next_card(self) -> None:
        self.let_next("PUT custom-fields", "commit_then_drop")

    def lose_next_answer(self, deed: str) -> None:
        self.let_next(DEEDS[deed], "commit_then_drop")

    def be_busy(self) -> None:
        self.let_next("*", "429")

    def babble(self) -> None:
        self.let_next("*", "html_200")

    def let_next(self, call: str, kind: str) -> None:
        """Let one call go wrong in this way."""
        self.town.post("helpdesk/faults", next=[{"call": call, "kind": kind}])

    def by_hand(self, method: str, path: str, body: object = None) -> Any:
        """Call the API as somebody else would."""
        url = f"{self.town.url}/gorgias/{ACCOUNT}/api/{path}"
        answer = requests.request(method, url, json=body, auth=(API_USER, API_KEY), timeout=30)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def _helpdesk(self, key: str) -> Helpdesk:
        origin = f"{self.town.url}/gorgias/{{account}}"
        return registry.helpdesk("gorgias", origin, ACCOUNT, Login(user=API_USER, key=key), http=patient())


@pytest.fixture
def stage(town: TownDoor) -> GorgiasStage:
    return GorgiasStage(town)


class TestGorgias(HelpdeskContract):
    @pytest.fixture
    def stage(self, stage: GorgiasStage) -> HelpdeskStage:
        return stage


class TestCards(PushContract):
    @pytest.fixture
    def stage(self, stage: GorgiasStage) -> PushStage:
        return stage


@pytest.mark.parametrize("kind", ["500_before", "500_after", "html_502", "truncated", "drop_before"])
def test_given_any_lost_answer_when_a_note_is_left_then_in_doubt_and_the_look_up_is_right(
    stage: GorgiasStage, kind: str
) -> None:
    ticket, desk = stage.open_ticket(stage.new_email()), stage.helpdesk()
    stage.let_next("POST messages", kind)
    with pytest.raises(Uncertain):
        desk.post_note(ticket, text="Refunded.", key="note:1")
    assert (desk.find_note(ticket, key="note:1") is None) is (stage.notes_on(ticket) == [])


def test_given_a_field_of_ours_when_marking_again_then_no_second_one_is_made(stage: GorgiasStage) -> None:
    for _ in range(2):
        email = stage.new_email()
        stage.open_ticket(email)
        stage.helpdesk().mark_customer((email,), special=True, reason="because", tag=TAG)
    fields = stage.by_hand("GET", "custom-fields?object_type=Customer")["data"]
    assert len([each for each in fields if each["external_id"] == "lagniappe-standing"]) == 1


def test_given_marks_when_looked_for_at_night_then_only_reads_are_made_and_half_of_all_calls_are_left_to_agents(
    stage: GorgiasStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    email, desk, call, made = stage.new_email(), stage.helpdesk(), Http.call, list[str]()
    stage.open_ticket(email)
    desk.mark_customer((email,), special=True, reason="because", tag=TAG)
    monkeypatch.setattr(Http, "call", lambda http, request: made.append(request.method) or call(http, request))

    assert desk.mark_shown((email,), tag=TAG) is True

    assert set(made) == {"GET"}
    assert len(made) * AT_ONCE <= GENUINE.calls // 2


def test_given_a_standing_that_somebody_wrote_over_when_looked_for_then_the_mark_is_lost(stage: GorgiasStage) -> None:
    email, desk = stage.new_email(), stage.helpdesk()
    stage.open_ticket(email)
    desk.mark_customer((email,), special=True, reason="because", tag=TAG)
    (customer,) = stage.by_hand("GET", f"customers?email={email}")["data"]
    (value,) = stage.by_hand("GET", f"customers/{customer['id']}/custom-fields")
    stage.by_hand("PUT", f"customers/{customer['id']}/custom-fields/{value['id']}", {"value": "a nice one"})

    assert desk.mark_shown((email,), tag=TAG) is False


def test_given_a_field_of_others_when_marked_then_its_value_stays(stage: GorgiasStage) -> None:
    email = stage.new_email()
    stage.open_ticket(email)
    field = stage.by_hand("POST", "custom-fields", SHOES)
    (customer,) = stage.by_hand("GET", f"customers?email={email}")["data"]
    stage.by_hand("PUT", f"customers/{customer['id']}/custom-fields/{field['id']}", {"value": "size 9"})
    stage.helpdesk().mark_customer((email,), special=True, reason="because", tag=TAG)
    assert "size 9" in stage.standing_of(email)
    assert "because" in stage.standing_of(email)


def test_given_more_open_tickets_than_calls_when_marked_four_times_then_all_are_tagged(
    stage: GorgiasStage,
) -> None:
    email = stage.new_email()
    tickets = [stage.open_ticket(email) for _ in range(103)]
    for _ in range(4):
        stage.town.post("helpdesk/limit", calls=40, seconds=20)  # each time with an empty bucket
        with suppress(Unavailable):
            stage.helpdesk().mark_customer((email,), special=True, reason="because", tag=TAG)
    stage.town.post("helpdesk/limit", calls=400, seconds=20)
    assert {tuple(stage.tags_on(ticket)) for ticket in tickets} == {(TAG,)}

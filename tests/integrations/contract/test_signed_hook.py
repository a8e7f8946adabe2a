"""A helpdesk of one's own, against a twin that its owner might have written."""

import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from app.domain.ports import Helpdesk
from integrations import registry
from integrations.companies import Login
from integrations.sandbox.hook_desk.routes import ACCOUNT, KEY
from tests.integrations.contract.helpdesk_contract import HelpdeskContract, HelpdeskStage
from tests.integrations.contract.town import TownDoor, patient

DEEDS = {"note": "POST notes", "tag": "POST tags"}


@dataclass(frozen=True, slots=True)
class HookDeskStage:
    """The town's own helpdesk, beside the one that everybody knows."""

    town: TownDoor

    def helpdesk(self) -> Helpdesk:
        return self._helpdesk(KEY)

    def stranger(self) -> Helpdesk:
        return self._helpdesk("wrong")

    def new_email(self) -> str:
        return f"{uuid.uuid4().hex}@customer.example"

    def open_ticket(self, email: str) -> str:
        return str(self.town.post("hook_desk/tickets", email=email)["ticket_id"])

    def close_ticket(self, ticket_id: str) -> None:
        self.work_on(ticket_id, open=False)

    def tag_by_hand(self, ticket_id: str, tag: str) -> None:
        self.work_on(ticket_id, tag=tag)

    def chatter(self, ticket_id: str, messages: int) -> None:
        self.work_on(ticket_id, messages=messages)

    def tags_on(self, ticket_id: str) -> list[str]:
        return [str(tag) for tag in self.ticket(ticket_id)["tags"]]

    def notes_on(self, ticket_id: str) -> list[str]:
        return [str(note["text"]) for note in self.ticket(ticket_id)["notes"]]

    def public_on(self, ticket_id: str) -> list[str]:
        return [str(message) for message in self.ticket(ticket_id)["messages"]]

    def standing_of(self, email: str) -> str:
        return str(self.town.get(f"hook_desk/standings/{email}")["words"])

    def lose_next_answer(self, deed: str) -> None:
        self.let_next(DEEDS[deed], "commit_then_drop")

    def be_busy(self) -> None:
        self.let_next("*", "429")

    def babble(self) -> None:
        self.let_next("*", "html_200")

    def let_next(self, call: str, kind: str) -> None:
        self.town.post("hook_desk/faults", next=[{"call": call, "kind": kind}])

    def ticket(self, ticket_id: str) -> dict[str, Any]:
        return self.town.get(f"hook_desk/tickets/{ticket_id}")

    def work_on(self, ticket_id: str, **changes: object) -> None:
        self.town.post(f"hook_desk/tickets/{ticket_id}", **({"open": True, "tag": "", "messages": 0} | changes))

    def _helpdesk(self, key: str) -> Helpdesk:
        origin = f"{self.town.url}/hook_desk/{{account}}"
        return registry.helpdesk("signed_hook", origin, ACCOUNT, Login(user="", key=key), http=patient())


class TestSignedHook(HelpdeskContract):
    @pytest.fixture
    def stage(self, town: TownDoor) -> HelpdeskStage:
        return HookDeskStage(town)

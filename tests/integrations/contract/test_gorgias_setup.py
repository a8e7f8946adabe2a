"""Furnishing Gorgias, against its strict twin."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from app.domain.card import Card
from app.domain.helpdesk_setup import Parts, Wiring
from app.domain.ports import HelpdeskSetup
from integrations import registry
from integrations.companies import Login
from integrations.gorgias import furniture
from integrations.sandbox.helpdesk import http_integrations, macros, tags, widgets
from integrations.sandbox.helpdesk.people import ACCOUNT, API_KEY, API_USER
from tests.integrations.contract.setup_contract import (
    FURNISHED,
    SetupContract,
    SetupStage,
    TaggedStage,
    TagsContract,
    wiring,
)
from tests.integrations.contract.town import TownDoor, patient

KINDS = (http_integrations.KIND, widgets.KIND, macros.KIND, tags.KIND, "desk_field")
MOMENTS = {"created_datetime", "updated_datetime", "deactivated_datetime"}
MADE = (
    "POST integrations",
    "POST integrations",
    "POST integrations",
    "POST widgets",
    "POST widgets",
    "POST macros",
    "POST macros",
    "PUT custom-fields",
    "POST tags",
)
_PLACES = {"widget": "widgets", "macro": "macros", "hook": "integrations"}
FIELD = {
    "object_type": "Customer",
    "label": "Lagniappe",
    "definition": {"data_type": "text", "input_settings": {"input_type": "input"}},
}


@dataclass(frozen=True, slots=True)
class GorgiasSetupStage:
    """The practice account in the town."""

    town: TownDoor

    def setup(self) -> HelpdeskSetup:
        return self._setup(API_KEY)

    def stranger(self) -> HelpdeskSetup:
        return self._setup("wrong")

    def furniture(self) -> list[str]:
        with self.town.inside.books.turn() as turn:
            rows = [(kind, row) for kind in KINDS for row in turn.all(kind)]
        # A field is put away, never deleted: then it is not there any more.
        here = [(kind, row) for kind, row in rows if kind != "desk_field" or row["deactivated_datetime"] is None]
        return sorted(f"{kind} {_plain(row)}" for kind, row in here)

    def furnish_by_hand(self, wiring: Wiring) -> None:
        theirs = furniture.hook(wiring, "ticket-created")
        made = self.by_hand("POST", "integrations", theirs | {
            "name": "Lagniappe", "description": "ours", "http": theirs["http"] | {"url": f"{wiring.hook_url}-not"}
        })  # fmt: skip
        self.by_hand("POST", "widgets", furniture.widget(made["id"], "ticket"))
        self.by_hand("POST", "custom-fields", FIELD)
        self.by_hand("POST", "tags", {"name": wiring.tag.upper(), "description": "Made by Lagniappe"})
        self.by_hand("POST", "macros", {"name": "Lagniappe"})

    def use(self, tag: str) -> None:
        if not any(row["name"] == tag for row in self.by_hand("GET", f"tags?search={tag}")["data"]):
            self.by_hand("POST", "tags", {"name": tag})
        action = {"name": "addTags", "title": "Add tags", "type": "user", "arguments": {"tags": tag}}
        self.by_hand("POST", "macros", {"name": "A", "actions": [action]})

    def ornament(self, parts: Parts) -> str:
        return next(name for name in parts if name.startswith("widget:"))

    def switch_off(self, number: str) -> None:
        row = self.by_hand("GET", f"integrations/{number}")
        off = {"name": row["name"], "deactivated_datetime": "2026-11-26T10:00:00+00:00"}
        self.by_hand("PUT", f"integrations/{number}", off)

    def take_away(self, name: str, number: str) -> None:
        if name == "field":
            row = self.by_hand("GET", f"custom-fields/{number}")
            gone = {each: row[each] for each in ("object_type", "label", "definition", "external_id")}
            self.by_hand("PUT", f"custom-fields/{number}", gone | {"deactivated_datetime": "2026-11-26T10:00:00+00:00"})
        else:
            self.by_hand("DELETE", f"{_PLACES[name.partition(':')[0]]}/{number}")

    def calls(self, number: str) -> bool:
        return self.by_hand("GET", f"integrations/{number}")["deactivated_datetime"] is None

    def calls_to_make(self) -> int:
        return len(MADE)

    def let_fail(self, place: int, kind: str) -> None:
        call = MADE[place]
        # The earlier ones of the same name go well: a slow answer that is not slow is an answer.
        well = [{"call": call, "kind": "slow", "seconds": 0}] * MADE[:place].count(call)
        self.town.post("helpdesk/faults", next=[*well, {"call": call, "kind": kind}])

    def by_hand(self, method: str, path: str, body: object = None) -> Any:
        """Call the API as somebody else would."""
        url = f"{self.town.url}/gorgias/{ACCOUNT}/api/{path}"
        answer = requests.request(method, url, json=body, auth=(API_USER, API_KEY), timeout=30)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def _setup(self, key: str) -> HelpdeskSetup:
        origin, login = f"{self.town.url}/gorgias/{{account}}", Login(user=API_USER, key=key)
        found = registry.helpdesk_setup("gorgias", origin, ACCOUNT, login, http=patient())
        assert found is not None
        return found


@pytest.fixture
def stage(town: TownDoor) -> Iterator[GorgiasSetupStage]:
    """An account without anything of ours; whatever the test leaves there goes with it."""
    with town.inside.books.turn() as turn:
        before = {kind: {row["id"]: row for row in turn.all(kind)} for kind in KINDS}
    town.post("helpdesk/limit", calls=10_000, seconds=20)
    found = GorgiasSetupStage(town)
    found.setup().uninstall(wiring(), known={})  # what others have tried here leaves a tag and a field of ours
    yield found
    town.post("helpdesk/limit", calls=400, seconds=20)
    with town.inside.books.turn() as turn:
        for kind, rows in before.items():
            for row in turn.all(kind):
                if row["id"] not in rows:
                    turn.delete(kind, row["id"])
            for number, row in rows.items():
                turn.put(kind, number, row)


class TestGorgiasSetup(SetupContract):
    @pytest.fixture
    def stage(self, stage: GorgiasSetupStage) -> SetupStage:
        return stage


class TestGorgiasTags(TagsContract):
    @pytest.fixture
    def stage(self, stage: GorgiasSetupStage) -> TaggedStage:
        return stage


def test_given_what_the_team_made_of_our_macro_when_installed_again_then_it_stays_and_goes_on_leading_to_us(
    stage: GorgiasSetupStage,
) -> None:
    setup = stage.setup()
    parts = setup.install(wiring(), known={})
    number = parts["macro:flowers"]
    row = stage.by_hand("GET", f"macros/{number}")
    answering = {"name": "setResponseText", "title": "Say so", "type": "user", "arguments": {"body_text": "Flowers!"}}
    theirs = {"name": "Blumen", "external_id": row["external_id"], "actions": [*row["actions"], answering]}
    stage.by_hand("PUT", f"macros/{number}", theirs)

    setup.install(wiring(), known=parts)
    assert stage.by_hand("GET", f"macros/{number}")["actions"] == theirs["actions"]
    setup.install(wiring("t-9"), known=parts)
    (call,) = stage.by_hand("GET", f"macros/{number}")["actions"]
    assert call["arguments"]["url"] == wiring("t-9").hook_url


def test_given_a_macro_that_a_rule_applies_when_uninstalled_then_it_is_left_and_said_so(
    stage: GorgiasSetupStage,
) -> None:
    setup = stage.setup()
    parts = setup.install(wiring(), known={})
    number = int(parts["macro:flowers"])
    with stage.town.inside.books.turn() as turn:
        rule = turn.append(macros.RULES, {"macro_id": number})

    left = setup.uninstall(wiring(), known=parts)
    with stage.town.inside.books.turn() as turn:
        turn.delete(macros.RULES, rule)
    assert [*left.values()] == [str(number)]
    assert all(name.startswith("macro:") for name in left)


def test_given_a_helpdesk_that_takes_no_such_macro_when_installed_then_all_else_is_there(
    stage: GorgiasSetupStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(macros, "_CALL", frozenset({"url", "method", "form"}))  # spelled in another way than we think

    parts = stage.setup().install(wiring(), known={})
    assert {"card", "field", "tag"} < set(parts)
    assert not any(name.startswith("macro:") for name in parts)


def test_given_a_macro_that_the_team_took_away_when_installed_again_then_it_stays_away_until_asked_for_anew(
    stage: GorgiasSetupStage,
) -> None:
    setup = stage.setup()
    parts = setup.install(wiring(), known={})
    stage.take_away("macro:flowers", parts["macro:flowers"])

    assert setup.install(wiring(), known=parts) == parts
    assert len(stage.by_hand("GET", "macros")["data"]) == 1
    assert setup.install(wiring(), known={})["macro:flowers"] != parts["macro:flowers"]


def test_given_every_kind_when_asked_who_furnishes_it_then_a_suite_has_tried_whoever_does() -> None:
    furnished = {kind for kind, company in registry.HELPDESKS.items() if company.furnish is not None}

    assert furnished == FURNISHED


def test_given_the_widgets_when_a_card_is_rendered_then_each_of_their_paths_leads_to_a_text() -> None:
    template = furniture.widget(7, "ticket")["template"]
    (card,) = template["widgets"]
    shown: Any = registry.HELPDESKS["gorgias"].render(Card(rows=(), as_of=datetime(2026, 11, 26, tzinfo=UTC)))

    assert set(shown[card["path"]]) == {row["path"] for row in card["widgets"]}


def _plain(row: dict[str, Any]) -> str:
    kept = {name: value for name, value in row.items() if name not in MOMENTS}
    return json.dumps(kept, sort_keys=True, ensure_ascii=False)

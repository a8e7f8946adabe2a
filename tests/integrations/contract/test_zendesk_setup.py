"""Furnishing Zendesk, against its strict twin."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import requests

from app.domain.errors import KeyRefused, Rejected
from app.domain.helpdesk_setup import Ail, Parts, Wiring
from app.domain.ports import ChoosyHelpdeskSetup
from integrations import registry
from integrations.companies import Login
from integrations.sandbox.zendesk import furniture as theirs
from integrations.sandbox.zendesk.people import ACCOUNT, API_TOKEN, API_USER, FIELDS
from integrations.zendesk import furniture, standing
from integrations.zendesk.client import ZendeskApi
from tests.integrations.contract.setup_contract import SetupContract, SetupStage, wiring
from tests.integrations.contract.town import TownDoor, patient

KINDS = (theirs.WEBHOOKS, theirs.TRIGGERS, theirs.MACROS, FIELDS)
MOMENTS = {"created_at", "updated_at", "position"}
PATHS = {"hook": ("webhooks", "webhook"), "trigger": ("triggers", "trigger"), "macro": ("macros", "macro")}
MADE = ("webhooks", "webhooks", "triggers", "user_fields", "macros", "macros", "macros")


@dataclass(frozen=True, slots=True)
class ZendeskSetupStage:
    """The practice account in the town."""

    town: TownDoor

    def setup(self) -> ChoosyHelpdeskSetup:
        return self._setup(API_TOKEN)

    def stranger(self) -> ChoosyHelpdeskSetup:
        return self._setup("wrong")

    def furniture(self) -> list[str]:
        with self.town.inside.books.turn() as turn:
            return sorted(f"{kind} {_plain(row)}" for kind in KINDS for row in turn.all(kind))

    def furnish_by_hand(self, wiring: Wiring) -> None:
        hook = furniture.hook(wiring, furniture.TICKETS) | {"description": "ours", "endpoint": f"{wiring.hook_url}-not"}
        made = self.by_hand("POST", "webhooks", {"webhook": hook})["webhook"]
        trigger = furniture.trigger(wiring, made["id"]) | {"title": "Lagniappe: new tickets"}
        self.by_hand("POST", "triggers", {"trigger": trigger})
        field = standing.FIELD | {"key": f"{standing.KEY}_2"}
        self.by_hand("POST", "user_fields", {"user_field": field})
        self.by_hand("POST", "macros", {"macro": furniture.macro("flowers") | {"description": "ours"}})

    def ornament(self, parts: Parts) -> str:
        return next(name for name in parts if name.startswith("macro:"))

    def switch_off(self, number: str) -> None:
        self.by_hand("PATCH", f"webhooks/{number}", {"webhook": {"status": "inactive"}})

    def take_away(self, name: str, number: str) -> None:
        if name.startswith("hook:"):
            for row in self.by_hand("GET", "triggers")["triggers"]:  # one that is rung cannot be taken away
                if furniture.rings(row, {number}):
                    self.by_hand("PUT", f"triggers/{row['id']}", {"trigger": {"actions": []}})
        path = "user_fields" if name == "field" else PATHS[name.partition(":")[0]][0]
        self.by_hand("DELETE", f"{path}/{number}")

    def calls(self, number: str) -> bool:
        return bool(self.by_hand("GET", f"webhooks/{number}")["webhook"]["status"] == "active")

    def calls_to_make(self) -> int:
        return len(MADE)

    def let_fail(self, place: int, kind: str) -> None:
        call = f"POST {MADE[place]}"
        # The earlier ones of the same name go well: a slow answer that is not slow is an answer.
        well = [{"call": call, "kind": "slow", "seconds": 0}] * MADE[:place].count(MADE[place])
        self.town.post("zendesk/faults", next=[*well, {"call": call, "kind": kind}])

    def by_hand(self, method: str, path: str, body: object = None) -> Any:
        """Call the API as somebody else would."""
        url, login = f"{self.town.url}/zendesk/{ACCOUNT}/api/v2/{path}", (f"{API_USER}/token", API_TOKEN)
        answer = requests.request(method, url, json=body, auth=login, timeout=30)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def _setup(self, key: str) -> ChoosyHelpdeskSetup:
        origin, login = f"{self.town.url}/zendesk/{{account}}", Login(user=API_USER, key=key)
        found = registry.helpdesk_setup("zendesk", origin, ACCOUNT, login, http=patient())
        assert isinstance(found, ChoosyHelpdeskSetup)
        return found


@pytest.fixture
def stage(town: TownDoor) -> Iterator[ZendeskSetupStage]:
    """An account without anything of ours; whatever the test leaves there goes with it."""
    with town.inside.books.turn() as turn:
        before = {kind: {row["id"]: row for row in turn.all(kind)} for kind in KINDS}
    found = ZendeskSetupStage(town)
    found.setup().uninstall(wiring(), known={})  # what others have tried here leaves a field of ours
    yield found
    with town.inside.books.turn() as turn:
        for kind, rows in before.items():
            for row in turn.all(kind):
                if row["id"] not in rows:
                    turn.delete(kind, row["id"])
            for number, row in rows.items():
                turn.put(kind, number, row)


class TestZendeskSetup(SetupContract):
    @pytest.fixture
    def stage(self, stage: ZendeskSetupStage) -> SetupStage:
        return stage


def test_given_nothing_there_when_asked_for_the_proofs_then_nothing_calls_before_it_is_installed(
    stage: ZendeskSetupStage,
) -> None:
    proofs = stage.setup().proofs(wiring(), known={})
    hooks = stage.by_hand("GET", "webhooks")["webhooks"]
    assert [hook["status"] for hook in hooks] == ["inactive"] * 2
    assert len(set(proofs)) == 2

    parts = stage.setup().install(wiring(), known={})

    assert {parts["hook:new-tickets"], parts["hook:comments"]} == {hook["id"] for hook in hooks}
    assert [hook["status"] for hook in stage.by_hand("GET", "webhooks")["webhooks"]] == ["active"] * 2
    assert stage.setup().proofs(wiring(), known=parts) == proofs
    assert stage.setup().ails(known=parts) == frozenset()


OFF = {"active": False}
OTHERWISE = {"conditions": {"all": [{"field": "status", "operator": "is", "value": "new"}]}}


@pytest.mark.parametrize(("changes", "ails"), [(OFF, {Ail.HOOK_OFF}), (OTHERWISE, set())])
def test_given_a_trigger_that_somebody_changed_when_installed_again_then_it_rings_as_before(
    stage: ZendeskSetupStage, changes: dict[str, Any], ails: set[Ail]
) -> None:
    parts = stage.setup().install(wiring(), known={})
    before = stage.furniture()
    stage.by_hand("PUT", f"triggers/{parts['trigger:new-tickets']}", {"trigger": changes})

    assert stage.setup().ails(known=parts) == ails
    assert stage.setup().install(wiring(), known=parts) == parts
    assert stage.furniture() == before


def test_given_a_trigger_of_theirs_that_rings_our_webhook_when_uninstalled_then_both_stay_and_it_is_said(
    stage: ZendeskSetupStage,
) -> None:
    parts = stage.setup().install(wiring(), known={})
    other = furniture.trigger(wiring(), parts["hook:new-tickets"]) | {"title": "A", "description": None}
    stage.by_hand("POST", "triggers", {"trigger": other})

    left = stage.setup().uninstall(wiring(), known=parts)

    assert list(left.values()) == [parts["hook:new-tickets"]]
    assert [row["title"] for row in stage.by_hand("GET", "triggers")["triggers"]] == ["A"]


@pytest.mark.parametrize("no", [KeyRefused("no"), Rejected("No.")])
def test_given_an_account_that_does_not_tell_of_its_apps_when_asked_then_no_frame_vouches_and_all_else_goes_on(
    stage: ZendeskSetupStage, monkeypatch: pytest.MonkeyPatch, no: Exception
) -> None:
    read = ZendeskApi.read

    def shut(api: ZendeskApi, path: str, *more: Any) -> Any:
        if path.startswith("apps/"):
            raise no
        return read(api, path, *more)

    monkeypatch.setattr(ZendeskApi, "read", shut)

    assert len(stage.setup().proofs(wiring(), known={})) == 2
    assert stage.setup().voucher(replace(wiring(), desk_url="https://app.example/desk/1")) is None


def test_given_a_macro_of_ours_when_read_then_it_types_in_private(stage: ZendeskSetupStage) -> None:
    stage.setup().install(wiring(), known={})
    for row in stage.by_hand("GET", "macros")["macros"]:
        does = {action["field"]: action["value"] for action in row["actions"]}
        assert does["comment_mode_is_public"] == "false"
        assert does["comment_value"].startswith("/lagniappe ")


def _plain(row: dict[str, Any]) -> str:
    kept = {name: value for name, value in row.items() if name not in MOMENTS}
    return json.dumps(kept, sort_keys=True, ensure_ascii=False)

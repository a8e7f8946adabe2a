"""The desk in Zendesk's frame: Zendesk says who looks, in a way that nobody can forge, and we ask it who that is."""

from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from app.domain.agents import Agent, Role
from app.store import agents, connections
from app.store.base import reading
from integrations.http import Http
from jobs import agent_door, helpdesks, team
from jobs.helpdesk_care import care_for
from tests.jobs.conftest import Practice
from tests.jobs.zendesk import KIND, SAM, Street, connected

HOUR = 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Our app beside the tickets of a merchant's Zendesk."""

    street: Street
    client: FlaskClient
    public_id: str
    app: int

    @property
    def inside(self) -> Practice:
        return self.street.inside

    def token(self, email: str = SAM, **claims: Any) -> str:
        """Return what Zendesk sends along when it shows the frame to somebody."""
        said = {"email": email, "app": self.app, "origin": f"{self.inside.town}/zendesk/practice", "claims": claims}
        return str(self.inside.call("/town/zendesk/frames", said)["token"])

    def load(self, token: str) -> TestResponse:
        return self.client.post(f"/desk/{self.public_id}", data={"token": token})

    def signed_in(self, token: str) -> str | None:
        """Load the frame; return by what it is known from then on, if it is."""
        answer = self.load(token)
        found = answer.text.partition('data-token="')[2].partition('"')[0]
        assert answer.status_code == (200 if found else 401)
        assert answer.headers.getlist("Set-Cookie") == []
        return found or None

    def ask(self, path: str, bearer: str, **body: object) -> TestResponse:
        return self.client.post(path, json=body, headers={"Authorization": f"Bearer {bearer}"})

    def beside(self, bearer: str, number: object) -> TestResponse:
        return self.ask("/desk/api/beside", bearer, desk=self.public_id, number=str(number))

    def team(self) -> list[Agent]:
        world = self.inside.world
        with reading(world.sessions) as session:
            return agents.listed(session, shop_id=self.inside.shop_id, seal=world.seal)


@pytest.fixture
def frame(inside: Practice) -> Frame:
    street = connected(inside)
    with reading(inside.world.sessions) as session:
        public_id = connections.public_ids(session, shop_id=inside.shop_id)[KIND]
    desk = helpdesks.desk_address(inside.world, public_id)
    inside.call("/town/zendesk/apps", {"desk": "https://elsewhere.example/desk/1"})
    app = int(inside.call("/town/zendesk/apps", {"desk": desk})["id"])
    assert helpdesks.set_up(inside.world, street.merchant, KIND)
    care_for(inside.world, inside.shop_id)
    return Frame(street=street, client=street.client, public_id=public_id, app=app)


def test_given_an_agent_when_zendesk_shows_them_the_frame_then_the_desk_knows_them_and_their_ticket(
    frame: Frame,
) -> None:
    ticket = frame.street.write_in()
    bearer = frame.signed_in(frame.token())
    assert bearer is not None

    answer = frame.beside(bearer, ticket)
    assert answer.json is not None
    desk = frame.ask("/desk/api/ticket", bearer, desk=frame.public_id, about=answer.json["about"])

    assert desk.status_code == 200
    assert "Net spend" in desk.text
    (sam,) = frame.team()
    assert (sam.name, sam.email, sam.role) == ("Sam Okoye", SAM, Role.AGENT)


def test_given_an_agent_who_opens_ticket_after_ticket_when_known_then_zendesk_is_asked_once_an_hour_who_they_are(
    frame: Frame, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, asked = Http.call, list[str]()
    monkeypatch.setattr(Http, "call", lambda http, request: asked.append(request.url) or call(http, request))
    for count in (1, 1, 1, 2):
        if count == 2:
            frame.inside.later(HOUR + 1)
        assert frame.signed_in(frame.token()) is not None
        assert len([url for url in asked if "/users/" in url]) == count


def test_given_the_frame_when_loaded_then_only_this_account_may_show_it_and_only_its_script_runs_beside_ours(
    frame: Frame,
) -> None:
    policy = frame.load(frame.token()).headers["Content-Security-Policy"]

    assert "frame-ancestors https://practice.zendesk.com" in policy.split("; ")
    assert "script-src 'self' https://static.zdassets.com/zendesk_app_framework_sdk/2.0/zaf_sdk.min.js" in policy
    assert "zdassets" not in frame.client.get(f"/desk/{frame.public_id}").headers["Content-Security-Policy"]


def test_given_a_token_when_it_comes_again_then_it_lets_nobody_in_even_after_they_have_left(frame: Frame) -> None:
    token = frame.token()
    bearer = frame.signed_in(token)
    assert bearer is not None
    assert frame.signed_in(token) is None

    assert frame.ask("/desk/leave", bearer).status_code == 200
    assert frame.ask("/desk/api/me", bearer).status_code == 401
    assert frame.signed_in(frame.token()) is not None  # which clears out what is long over
    assert frame.signed_in(token) is None


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://practice.zendesk.com/api/v2/apps/installations/1.json"},
        {"sub": "1"},
        {"sub": "lea@practice.example"},
    ],
)
def test_given_a_token_that_is_not_for_us_when_loaded_then_it_asks_who_they_are_and_tells_no_figure(
    frame: Frame, claims: dict[str, Any]
) -> None:
    with capture_logs() as logs:
        answer = frame.load(frame.token(**claims))

    assert (answer.status_code, "data-token" in answer.text) == (401, False)
    assert "Who are you?" in answer.text
    assert "$" not in answer.text
    assert "agent.not_vouched_for" in [entry["event"] for entry in logs]
    assert frame.team() == []


def test_given_a_customer_or_somebody_who_left_when_shown_the_frame_then_nobody_vouches_for_them(frame: Frame) -> None:
    frame.street.write_in()
    assert frame.signed_in(frame.token(frame.street.email)) is None
    for changes in ({"suspended": True}, {"suspended": False, "active": False}):
        frame.inside.call("/town/zendesk/people/change", {"email": SAM, "changes": changes})
        assert frame.signed_in(frame.token()) is None
    assert frame.team() == []


def test_given_a_lead_when_only_their_address_says_so_then_they_must_be_introduced_first(frame: Frame) -> None:
    world, merchant = frame.inside.world, frame.street.merchant
    team.add(world, merchant, name="Sam", email=SAM, role=Role.LEAD)
    assert frame.signed_in(frame.token()) is None

    (sam,) = frame.team()
    number = frame.inside.call(f"/town/zendesk/people/{SAM}")["user"]["id"]
    team.introduce(world, merchant, sam.id, kind=KIND, ref=str(number))

    assert frame.signed_in(frame.token()) is not None
    assert [each.id for each in frame.team()] == [sam.id]


def test_given_an_address_that_is_not_theirs_for_certain_when_shown_the_frame_then_it_counts_for_nothing(
    frame: Frame,
) -> None:
    team.add(frame.inside.world, frame.street.merchant, name="Sam", email=SAM, role=Role.AGENT)
    frame.inside.call("/town/zendesk/people/change", {"email": SAM, "changes": {"verified": False}})

    assert frame.signed_in(frame.token()) is None


def test_given_an_agent_who_was_let_go_when_shown_the_frame_then_they_stay_outside(frame: Frame) -> None:
    world, merchant = frame.inside.world, frame.street.merchant
    bearer = frame.signed_in(frame.token())
    (sam,) = frame.team()

    team.set_active(world, merchant, sam.id, active=False)

    assert frame.signed_in(frame.token()) is None
    assert agent_door.who(world, bearer or "") is None


def test_given_a_frame_when_a_days_work_is_over_then_it_is_over_however_busy_it_was(frame: Frame) -> None:
    bearer = frame.signed_in(frame.token())
    assert bearer is not None
    for _ in range(9):
        frame.inside.later(HOUR)
        assert frame.ask("/desk/api/me", bearer).status_code == 200
    frame.inside.later(HOUR)
    assert frame.ask("/desk/api/me", bearer).status_code == 401


@pytest.mark.parametrize("number", ["999999999", "../users/1"])
def test_given_a_ticket_that_is_not_there_when_the_frame_names_it_then_nothing_is_shown(
    frame: Frame, number: str
) -> None:
    bearer = frame.signed_in(frame.token()) or ""
    assert frame.beside(bearer, number).status_code in (409, 422)
    assert frame.beside("forged", "1").status_code == 401


def test_given_another_shops_desk_when_named_by_a_frame_then_it_is_none_of_theirs(frame: Frame) -> None:
    bearer = frame.signed_in(frame.token()) or ""
    answer = frame.ask("/desk/api/beside", bearer, desk="0" * 32, number="1")
    assert answer.status_code == 409


def test_given_no_app_of_ours_when_a_token_of_anothers_comes_then_it_is_not_taken(inside: Practice) -> None:
    street = connected(inside)
    with reading(inside.world.sessions) as session:
        public_id = connections.public_ids(session, shop_id=inside.shop_id)[KIND]
    app = int(inside.call("/town/zendesk/apps", {"desk": "https://elsewhere.example/desk/1"})["id"])
    frame = Frame(street=street, client=street.client, public_id=public_id, app=app)

    assert frame.signed_in(frame.token()) is None

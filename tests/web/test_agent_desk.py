"""Who is let in to the agents' desk, what it shows of whom, and who may put it into a frame."""

import json
import re
from dataclasses import replace
from typing import cast

import pytest
from sqlalchemy import event
from werkzeug.test import TestResponse

from app.domain.agents import Role
from app.domain.people import Person
from app.domain.ports import Postman
from app.store import agents, connections, erasing, veil
from app.store.base import reading, unit_of_work
from app.web import create_app
from jobs import agent_door, passes, team
from tests.builders import DAY, NOON, order, paid, refund, usd
from tests.web.agent import BROWSER, Sam, at_the_desk, come_in
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

CSP = "Content-Security-Policy"
OPEN = {"/desk", "/desk/<public_id>", "/desk/enter", "/desk/login"}


def calls(desk: Desk) -> list[tuple[str, str]]:
    """Return method and path of everything at the desk that is for whoever is signed in, as the URL map knows it."""
    adapter = create_app(desk.world).url_map.bind("localhost")
    found = []
    for rule in adapter.map.iter_rules():
        if rule.endpoint.startswith("agent.") and rule.rule not in OPEN:
            path = adapter.build(rule.endpoint, dict.fromkeys(rule.arguments, 1))
            found += [(method, path) for method in (rule.methods or set()) & {"GET", "POST"}]
    return sorted(found)


def test_given_a_ticket_of_a_known_customer_when_shown_then_their_figures_are_there_and_nobody_was_asked(
    desk: Desk,
) -> None:
    desk.buy(order(net=usd(90_00)))
    sam = at_the_desk(desk)

    answer = sam.call("/desk/api/ticket")

    assert answer.status_code == 200
    assert "$90.00" in answer.text
    assert "Sam Rivera" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("customer", [None, 77])
def test_given_a_ticket_of_nobody_we_know_when_shown_then_it_says_so_plainly(desk: Desk, customer: int | None) -> None:
    sam = at_the_desk(desk, customer=customer)

    assert "Nobody of the store's wrote here" in sam.call("/desk/api/ticket").text


def test_given_a_customer_who_was_forgotten_when_an_older_pass_is_shown_then_it_says_nothing_of_them(
    desk: Desk,
) -> None:
    desk.buy(order(net=usd(90_00)))
    sam = at_the_desk(desk)
    shop_id, seal = desk.merchant.id, desk.world.seal
    with unit_of_work(desk.world.sessions) as session:
        key = veil.key_of(session, shop_id=shop_id, seal=seal)
        person = Person(ids=frozenset({55}))
        erasing.forget_person(session, shop_id=shop_id, person=person, letters=(), key=key, now=NOON)

    page = sam.call("/desk/api/ticket").text

    assert "Nobody of the store's wrote here" in page
    assert "$90.00" not in page


def test_given_a_pass_alone_when_everything_is_asked_for_then_nothing_but_who_are_you_comes_back(desk: Desk) -> None:
    desk.buy(order(net=usd(90_00)))
    sam = replace(at_the_desk(desk), token="")

    answers = [sam.call(path) for method, path in calls(desk) if method == "POST"]

    assert len(answers) >= 3
    assert {(answer.status_code, answer.text.strip()) for answer in answers} == {(401, '{"who":true}')}


@pytest.mark.parametrize(
    "shape",
    ["", "{}", "bearer {}", "Bearer  {}", "Bearer {0},{0}", "Bearer {0} {0}", "Basic {}", "Bearer", "Bearer {0}x"],
)
def test_given_a_token_that_is_not_to_the_letter_when_shown_then_nobody_is_known(desk: Desk, shape: str) -> None:
    sam = at_the_desk(desk)

    answer = sam.call("/desk/api/ticket", Authorization=shape.format(sam.token))

    assert answer.status_code == 401


def test_given_a_token_anywhere_but_in_its_header_when_shown_then_nobody_is_known(desk: Desk) -> None:
    sam = at_the_desk(desk)
    alone = replace(sam, token="")

    assert alone.call(f"/desk/api/ticket?token={sam.token}&authorization=Bearer+{sam.token}").status_code == 401
    assert alone.call("/desk/api/ticket", sam.body(token=sam.token)).status_code == 401
    assert alone.call("/desk/api/ticket", Cookie=f"token={sam.token}").status_code == 401


def test_given_another_shops_agent_when_they_bring_our_pass_then_it_is_as_if_it_were_forged(desk: Desk) -> None:
    desk.buy(order(net=usd(90_00)))
    ours, theirs = at_the_desk(desk), at_the_desk(desk.twin())

    crossed = theirs.call("/desk/api/ticket", ours.body())
    forged = theirs.call("/desk/api/ticket", ours.body() | {"about": "forged"})

    assert (crossed.status_code, crossed.json) == (forged.status_code, forged.json)
    assert crossed.json == {"why": passes.TOO_OLD}


def test_given_hostile_text_in_every_body_when_called_then_nothing_breaks(desk: Desk) -> None:
    sam = at_the_desk(desk)
    odd = [b"", b"\x00", b"\xff\xfe", b"[]", b"{}", b"null", b"9" * 400, b'{"desk":{},"about":1}', b"x" * 20_000,
           json.dumps(sam.body(about="\ud800")).encode(), b'{"desk":"a","desk":"b","about":""}']  # fmt: skip
    names = ["desk", "about", "order", "code", "browser", "press", "act", "amount", "days", "day", "seen"]
    odd += [
        json.dumps(sam.body() | dict.fromkeys(names, text)).encode() for text in ("\u202e", "' OR 1=1 --", "٣" * 99)
    ]

    answers = {
        (method, path, number): sam.desk.browser.open(
            path, method=method, data=body, headers={"Authorization": f"Bearer {sam.token}"}
        ).status_code
        for method, path in calls(desk)
        for number, body in enumerate(odd)
        if path != "/desk/leave"
    }

    assert {asked: status for asked, status in answers.items() if status >= 500} == {}


def test_given_somebody_let_go_when_their_page_goes_on_asking_then_it_is_told_nothing_from_that_moment_on(
    desk: Desk,
) -> None:
    sam = at_the_desk(desk)
    assert sam.call("/desk/api/me").status_code == 200

    team.set_active(desk.world, desk.merchant, sam.id, active=False)
    assert sam.call("/desk/api/me").status_code == 401

    team.set_active(desk.world, desk.merchant, sam.id, active=True)
    assert sam.call("/desk/api/me").status_code == 401  # back in the team, and signed in nowhere


def test_given_two_browsers_when_one_signs_out_then_only_that_one_is_forgotten(desk: Desk) -> None:
    sam = at_the_desk(desk)
    other = replace(sam, token=come_in(sam, "c" * 32))

    assert other.call("/desk/leave").status_code == 200

    assert (other.call("/desk/api/me").status_code, sam.call("/desk/api/me").status_code) == (401, 200)


def test_given_somebody_who_keeps_looking_when_days_go_by_then_they_stay_signed_in(desk: Desk) -> None:
    sam = at_the_desk(desk)
    for _ in range(9):
        desk.clock.forward(3 * DAY)
        assert sam.call("/desk/api/me").status_code == 200

    desk.clock.forward(3 * DAY)
    assert sam.call("/desk/api/me").status_code == 401  # thirty days are over


ODD_ENTRIES: tuple[dict[str, object], ...] = (
    {"code": "x", "browser": BROWSER},
    {"code": "@code@", "browser": "short"},
    {"code": "@code@", "browser": "b" * 5_000},
    {"code": "x" * 5_000, "browser": BROWSER},
    {"code": "@code@"},
    {"code": ["@code@"], "browser": BROWSER},
)


@pytest.mark.parametrize("body", ODD_ENTRIES, ids=range(len(ODD_ENTRIES)))
def test_given_a_link_that_is_brought_oddly_when_entering_then_nobody_is_let_in_and_it_still_works(
    desk: Desk, body: dict[str, object]
) -> None:
    sam = at_the_desk(desk)
    address = agent_door.link(desk.world, desk.merchant, sam.id) or ""
    code = address.partition("#in=")[2]
    odd = json.loads(json.dumps(body).replace("@code@", code))

    assert sam.call("/desk/enter", odd).status_code in {401, 422}
    assert sam.call("/desk/enter", {"code": code, "browser": BROWSER}).status_code == 200


def test_given_a_desk_when_opened_then_only_its_own_helpdesk_may_frame_it_and_no_other_script_runs(desk: Desk) -> None:
    at_the_desk(desk)
    with reading(desk.world.sessions) as session:
        places = connections.public_ids(session, shop_id=desk.merchant.id)

    shells = {kind: desk.browser.get(f"/desk/{place}?shop=evil.example") for kind, place in places.items()}

    assert {kind: answer.headers[CSP].partition("frame-ancestors ")[2] for kind, answer in shells.items()} == {
        "gorgias": "'none'",
        "signed_hook": "https://acme.example",
    }
    for answer in shells.values():
        assert answer.status_code == 200
        assert "script-src 'self';" in answer.headers[CSP]
        assert "app-bridge" not in answer.text
        assert "Who are you?" in answer.text
        assert not {"X-Frame-Options", "Set-Cookie"} & set(answer.headers.keys())


@pytest.mark.parametrize("path", ["/desk", "/desk/nobodys", "/desk/api/ticket"])
def test_given_what_is_no_helpdesks_desk_when_opened_then_nobody_may_frame_it(desk: Desk, path: str) -> None:
    assert "frame-ancestors 'none'" in desk.browser.get(path).headers[CSP]


def test_given_a_florists_account_when_its_address_is_opened_as_a_desk_then_there_is_none(desk: Desk) -> None:
    with unit_of_work(desk.world.sessions) as session:
        account = {"account": "a", "user": "u", "key": "k", "seal": desk.world.seal}
        connections.connect(session, shop_id=desk.merchant.id, kind="florist", **account)
        place = connections.public_ids(session, shop_id=desk.merchant.id)["florist"]

    assert desk.browser.get(f"/desk/{place}").status_code == 404


def asking(desk: Desk, public_id: str, **changes: object) -> TestResponse:
    body = {"desk": public_id, "about": "", "email": "sam@x.example", "browser": BROWSER} | changes
    return mailing(desk).browser.post("/desk/login", data=json.dumps(body))


def mailing(desk: Desk) -> Desk:
    """Return the desk of a house that can send mails; nobody carries them here."""
    world = replace(desk.world, postman=cast("Postman", object()))
    return replace(desk, world=world, browser=create_app(world).test_client())


def test_given_anybody_who_asks_for_a_login_link_when_answered_then_it_is_the_same_answer_for_all(desk: Desk) -> None:
    sam = at_the_desk(desk)

    answers = [
        asking(desk, sam.public_id),
        asking(desk, sam.public_id, email="stranger@evil.example"),
        asking(desk, "f" * 32),
    ]

    told = [
        (each.status_code, each.text, [pair for pair in each.headers if pair[0] != "X-Request-ID"]) for each in answers
    ]
    assert told == [told[0]] * 3
    assert told[0][0] == 202
    assert "Set-Cookie" not in answers[0].headers


@pytest.mark.parametrize(
    "odd",
    [{"email": "sam"}, {"email": "a b@x.example"}, {"email": "a@b@c"}, {"browser": "short"}, {"about": "x" * 2_001}],
)
def test_given_an_ask_that_cannot_be_meant_when_made_then_it_is_said(desk: Desk, odd: dict[str, str]) -> None:
    assert asking(desk, at_the_desk(desk).public_id, **odd).status_code == 422


def test_given_no_mail_server_when_the_desk_is_opened_then_it_says_how_else_a_link_is_had(desk: Desk) -> None:
    sam = at_the_desk(desk)
    shells = [each.browser.get(f"/desk/{sam.public_id}").text for each in (desk, mailing(desk))]

    assert ['id="ask"' in shell for shell in shells] == [False, True]
    assert all("makes a login link" in shell or "make you a login link" in shell for shell in shells)
    assert sam.call("/desk/login", {}).status_code == 404


def test_given_a_frame_when_the_desk_is_opened_then_it_leads_to_a_tab_of_its_own_and_asks_for_mail_only_there(
    desk: Desk,
) -> None:
    """What a mail leads to opens in a tab, and shares nothing with a frame."""
    shell = mailing(desk).browser.get(f"/desk/{at_the_desk(desk).public_id}").text

    assert '<form id="ask" hidden>' in shell
    assert re.search(r'<p id="elsewhere" hidden>.*<a id="alone" target="_blank" rel="noopener">', shell)


def test_given_a_login_link_when_made_on_the_team_page_then_it_is_shown_once_and_signs_its_agent_in(desk: Desk) -> None:
    sam = at_the_desk(desk)

    page = desk.press(f"/team/{sam.id}/link").text

    code = page.partition("/desk#in=")[2].partition('"')[0]
    assert "/desk#in=" not in desk.open("/team")
    assert "Signed in on the desk in 1 browser" in desk.open("/team")
    token = sam.call("/desk/enter", {"code": code, "browser": BROWSER}).json
    assert token is not None
    assert "Sam Rivera" in replace(sam, token=token["token"]).call("/desk/api/me").text


def test_given_somebody_of_another_shop_when_a_link_is_asked_for_then_nobody_is_there(desk: Desk) -> None:
    sam = at_the_desk(desk)

    assert desk.twin().press(f"/team/{sam.id}/link").status_code == 404


def test_given_practice_when_the_desk_is_opened_from_the_town_then_one_click_signs_in(desk: Desk) -> None:
    at_the_desk(desk)
    answer = desk.browser.get("/practice/desk?ticket=7&customer=55&do=flowers")

    way, _, fragment = answer.location.partition("#pass=")
    about, _, rest = fragment.partition("&in=")
    code, _, first = rest.partition("&do=")
    assert first == "flowers"
    assert answer.status_code == 302
    assert code
    public_id = way.rpartition("/")[2]
    assert passes.read(desk.world, public_id, about).customer_id == 55
    with reading(desk.world.sessions) as session:
        names = [one.name for one in agents.listed(session, shop_id=desk.merchant.id, seal=desk.world.seal)]
    assert "Sam Okoye" in names


def test_given_many_deeds_of_many_colleagues_when_a_lead_looks_then_the_books_are_asked_as_often_as_for_one(
    desk: Desk,
) -> None:
    desk.buy(order(net=usd(90_00)))
    lea = at_the_desk(desk, name="Lea", role=Role.LEAD)
    desk.plan(paid(refund(), by=1), rule="refund_keep")
    few = asked_for(desk, lea)
    for number in range(6):
        desk.plan(paid(refund(order_id=number, ticket_id=str(number)), by=number), rule="refund_keep")

    assert asked_for(desk, lea) == few


def asked_for(desk: Desk, sam: Sam) -> int:
    """Return how often the books are asked for the desk of a ticket."""
    asked: list[str] = []
    listener = lambda _c, _u, statement, *_: asked.append(statement)  # noqa: E731
    event.listen(desk.world.sessions.kw["bind"], "before_cursor_execute", listener)
    assert sam.call("/desk/api/ticket").status_code == 200
    event.remove(desk.world.sessions.kw["bind"], "before_cursor_execute", listener)
    return len(asked)

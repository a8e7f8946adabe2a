"""The agents' desk over its own addresses, before a store and a florist: shown, pressed, undone, allowed."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.domain.agents import Role
from app.domain.decisions import Decision
from app.domain.policy import Mode, TagRule
from app.store import agents, doors, marks, shops
from app.store.base import reading, unit_of_work
from app.store.shops import Merchant
from app.store.tables import Delivery
from app.store.watch_tables import Trail
from app.web import create_app
from integrations.http import Limits
from integrations.own_desk import presses
from integrations.registry import FIRST_HELPDESK
from integrations.sandbox.town import PRACTICE_SHOP
from jobs import agent_door, agent_preview, passes, team
from jobs.carry_out import carry_out
from jobs.practice import POLICY
from jobs.privacy import keep_promises
from jobs.runtime import local
from tests.builders import planned, tag
from tests.jobs.conftest import Practice

MINUTE = 61
REFUND = {"act": "refund_keep"}
FLOWERS = {"act": "flowers", "message": "For Ada."}


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Somebody signed in at the desk, about one ticket."""

    app: Flask
    inside: Practice
    token: str
    about: dict[str, str]

    def call(self, path: str, **body: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.app.test_client().post(path, data=json.dumps(self.about | body), headers=headers)

    def look(self, **wish: Any) -> str:
        """Return the preview of a wish."""
        answer = self.call("/desk/api/preview", wish=wish)
        assert answer.status_code == 200, answer.text
        return answer.text

    def press(self, name: str = "a", *, seen: str = "", **wish: Any) -> str:
        """Press what the preview offers; return what is said at once."""
        shown = seen or re.findall(r'data-seen="([0-9a-f]{32})"', self.look(**wish))[0]
        answer = self.call("/desk/api/act", wish=wish, press=name * 32, seen=shown)
        assert answer.status_code == 200, answer.text
        return answer.text

    def outcome(self, name: str = "a") -> str:
        return self.call("/desk/api/outcome", press=name * 32).text

    def desk(self) -> str:
        return self.call("/desk/api/ticket").text

    def deed(self) -> int:
        """Return the number of the newest deed on the desk."""
        return int(re.findall(r'id="deed-(\d+)"', self.desk())[0])


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no preview give up because the machine is slow."""
    monkeypatch.setattr(agent_preview, "LIMITS", Limits(read=300.0, total=300.0))


@pytest.fixture
def app(inside: Practice) -> Flask:
    return create_app(inside.world)


@pytest.fixture
def ticket(inside: Practice) -> int:
    customer = inside.call("/town/cast")["bereaved_customer"]
    return int(inside.call("/town/tickets", {"customer_id": customer, "subject": "My mother's boots"})["ticket_id"])


@pytest.fixture
def sam(app: Flask, inside: Practice, ticket: int) -> Agent:
    return at_the_desk(app, inside, ticket, "Sam", Role.AGENT)


@pytest.fixture
def lea(app: Flask, inside: Practice, ticket: int) -> Agent:
    return at_the_desk(app, inside, ticket, "Lea", Role.LEAD)


def at_the_desk(
    app: Flask, inside: Practice, ticket: int, name: str, role: Role, *, customer: int | None = None
) -> Agent:
    world, merchant = inside.world, merchant_of(inside)
    team.add(world, merchant, name=name, email=f"{name.lower()}@practice.example", role=role)
    with reading(world.sessions) as session:
        everybody = agents.listed(session, shop_id=merchant.id, seal=world.seal)
    code = agent_door.link(world, merchant, next(one.id for one in everybody if one.name == name)) or ""
    token = agent_door.come_in(world, code=code.partition("#in=")[2], browser="b" * 32)
    assert token is not None
    about = customer or int(inside.call("/town/cast")["bereaved_customer"])
    address = passes.made(world, merchant, FIRST_HELPDESK, ticket_id=str(ticket), customer_id=about) or ""
    desk, _, shown = address.rpartition("/")[2].partition("#pass=")
    return Agent(app=app, inside=inside, token=token, about={"desk": desk, "about": shown})


def merchant_of(inside: Practice) -> Merchant:
    found = inside.world.merchant(inside.shop_id)
    assert found is not None
    return found


def refunded(inside: Practice) -> str:
    order = inside.call("/town/cast")["bereaved_order"]
    return str(inside.call(f"/town/orders/{order}")["refunded"])


def team_policy(inside: Practice, **changes: Any) -> None:
    inside.policy(replace(POLICY, team=replace(POLICY.team, **changes)))


def test_given_a_wish_when_looked_at_then_it_says_what_costs_what_and_until_when_and_nothing_is_written(
    inside: Practice, sam: Agent
) -> None:
    page = sam.look(**REFUND)

    assert "Refund $64.00" in page
    assert "the customer keeps the item" in page
    assert "$436.00 afterwards" in page
    assert "until <time" in page
    assert (inside.effects("refund_order"), refunded(inside)) == ([], "0.00")


def test_given_a_reason_when_pressed_then_the_team_reads_it_with_the_deed_and_whose_kindness_it_was(
    inside: Practice, sam: Agent, lea: Agent, ticket: int
) -> None:
    assert "You have been kind to nobody yet this month." in sam.desk()
    sam.press(**REFUND, reason="hard_time")
    inside.drain()

    assert "a hard time</span>" in sam.desk()
    assert "Your kindness this month: 1 time, $64.00." in sam.desk()
    assert "The team this month" not in sam.desk()
    assert "<bdi>Sam</bdi>: 1 time, $64.00" in lea.desk()
    assert "<bdi>Sam</bdi>: 1 time, $64.00" in lea.call("/desk/api/me").text
    assert "hard" not in json.dumps(inside.call(f"/town/tickets/{ticket}"))


def test_given_a_preview_when_pressed_then_exactly_that_happens_once_its_grace_is_over(
    inside: Practice, sam: Agent
) -> None:
    assert "On its way" in sam.press(**REFUND)
    inside.drain()
    assert "can be undone until then" in sam.outcome()
    assert refunded(inside) == "0.00"

    inside.later(MINUTE)
    inside.drain()

    assert refunded(inside) == "64.00"
    assert "done." in sam.outcome()
    (row,) = inside.effects("refund_order")
    assert row.payload["agent_name"] == "Sam"
    (note,) = inside.call(f"/town/tickets/{row.ticket_id}")["notes"]
    assert "Refunded $64.00" in note["text"]


def test_given_a_double_press_when_handled_then_the_money_goes_back_once(inside: Practice, sam: Agent) -> None:
    sam.press("a", **REFUND)
    sam.press("a", **REFUND)
    inside.drain()
    inside.later(MINUTE)
    inside.drain()

    assert refunded(inside) == "64.00"
    assert len(inside.effects("refund_order")) == 1


def test_given_two_windows_that_show_the_same_when_both_are_pressed_then_the_second_is_told_it_has_changed(
    inside: Practice, sam: Agent
) -> None:
    seen = re.findall(r'data-seen="([0-9a-f]{32})"', sam.look(**REFUND))[0]
    sam.press("a", seen=seen, **REFUND)
    sam.press("b", seen=seen, **REFUND)
    inside.drain()

    assert "not any more as it was shown" in sam.outcome("b")
    assert len(inside.effects("refund_order")) == 1


def test_given_a_wish_that_was_filled_when_looked_at_again_then_another_must_be_meant(
    inside: Practice, sam: Agent
) -> None:
    sam.press("a", amount="10.00", **REFUND)
    inside.drain()

    assert "data-another" in sam.look(amount="10.00", **REFUND)
    assert "$10.00" in sam.press("b", amount="10.00", confirm="1a2b3c4d", **REFUND) or "On its way" in sam.outcome("b")
    inside.drain()
    assert [row.cost_minor for row in inside.effects("refund_order")] == [10_00, 10_00]


def test_given_an_order_when_its_lines_are_asked_for_then_those_that_are_left_can_be_chosen(sam: Agent) -> None:
    latest = sam.call("/desk/api/lines", order="").text

    assert 'data-place="1"' in latest
    assert sam.call("/desk/api/lines", order=re.findall(r'value="(#\d+)"', sam.desk())[0]).text == latest
    assert "Nothing of it is left" in sam.call("/desk/api/lines", order="#0").text


def test_given_lines_when_pressed_as_credit_then_the_preview_names_them(inside: Practice, sam: Agent) -> None:
    page = sam.look(items="#1", as_credit=True, **REFUND)

    assert "as store credit" in page
    assert "1 ×" in page


def test_given_flowers_when_pressed_and_undone_then_none_are_sent_and_the_money_is_back(
    inside: Practice, sam: Agent
) -> None:
    page = sam.look(**FLOWERS)
    assert "For Ada." in page
    assert "Sam" in page
    sam.press(**FLOWERS)
    inside.drain()

    answer = sam.call(f"/desk/api/undo/{sam.deed()}").json
    page = sam.desk()
    inside.later(17 * 86_400)
    inside.drain()

    assert answer == {"said": "Taken back. Nothing was sent."}
    assert "$500.00 of $500.00 left" in page
    assert "Taken back by Sam, on the desk." in page
    assert inside.call("/town/florist/orders")["orders"] == []


def test_given_a_day_when_flowers_are_looked_at_then_it_says_until_which_hour_they_can_be_undone(
    inside: Practice, sam: Agent
) -> None:
    day = local(merchant_of(inside), inside.world.clock.now()).date() + timedelta(days=20)

    page, desk = sam.look(**FLOWERS, day=day.isoformat()), sam.desk()

    assert re.search(rf"until <time [^>]*>{day.day} {day:%b}.*, 09:00</time>", page)
    assert f'min="{day - timedelta(days=19)}" max="{day + timedelta(days=160)}"' in desk


def test_given_a_colleague_at_the_same_on_another_ticket_when_looked_at_then_it_says_who_before_the_press(
    app: Flask, inside: Practice, sam: Agent
) -> None:
    customer = inside.call("/town/cast")["bereaved_customer"]
    other = int(inside.call("/town/tickets", {"customer_id": customer, "subject": "Again"})["ticket_id"])
    lea = at_the_desk(app, inside, other, "Lea", Role.AGENT)
    assert "is at it already" not in lea.look(**FLOWERS)
    sam.press(**FLOWERS)
    inside.drain()

    page = lea.look(**FLOWERS)

    assert "Nothing would be done" in page
    assert "Sam is sending them flowers, on ticket" in page
    assert "<bdi>Sam</bdi> is at it already" in lea.look(**FLOWERS, confirm="another")
    assert "is at it already" not in lea.look(**REFUND)


def test_given_a_refund_that_has_left_when_undone_then_it_is_too_late_and_it_says_so(
    inside: Practice, sam: Agent
) -> None:
    sam.press(**REFUND)
    inside.drain()
    number = sam.deed()
    inside.later(MINUTE)
    inside.drain()

    assert "Too late" in (sam.call(f"/desk/api/undo/{number}").json or {})["said"]
    assert refunded(inside) == "64.00"


def test_given_more_than_the_limit_when_pressed_then_a_lead_says_yes_in_one_click_and_nobody_else_can(
    inside: Practice, sam: Agent, lea: Agent
) -> None:
    team_policy(inside, refund_limit_minor=50_00)
    assert "Ask a lead" in sam.look(**REFUND)
    sam.press(**REFUND)
    inside.drain()
    number = sam.deed()
    assert "waits for a lead" in sam.desk()
    assert "Say yes" not in sam.desk()
    assert sam.call(f"/desk/api/allow/{number}").status_code == 403

    assert "Say yes" in lea.desk()
    assert (lea.call(f"/desk/api/allow/{number}").json or {})["said"].startswith("Allowed")
    inside.later(MINUTE)
    inside.drain()

    assert refunded(inside) == "64.00"


def test_given_a_press_that_wants_a_lead_when_its_note_is_written_then_the_note_leads_to_the_desk_about_it(
    inside: Practice, ticket: int, lea: Agent
) -> None:
    team_policy(inside, refund_limit_minor=50_00)
    inside.press(ticket, "refund_keep")
    inside.drain()

    (note,) = inside.call(f"/town/tickets/{ticket}")["notes"]
    words, _, address = note["text"].partition("\nThe desk: ")
    public_id, _, about = address.rpartition("/")[2].partition("#pass=")
    assert "needs a lead" in words
    assert replace(lea, about={"desk": public_id, "about": about}).desk() == lea.desk()


@pytest.mark.parametrize("whose", ["customer", "order"])
def test_given_a_tag_that_the_store_shows_when_pressed_then_it_allows_more_and_the_preview_names_it(
    inside: Practice, sam: Agent, whose: str
) -> None:
    team_policy(inside, refund_limit_minor=50_00, tag_rules=(TagRule(tag="Loyal", refund_minor=64_00),))
    assert "Above $50.00 a lead decides." in sam.look(**REFUND)

    if whose == "order":
        inside.call(f"/town/orders/{inside.call('/town/cast')['bereaved_order']}/edit", {"tags": ["loyal"]})
    else:
        customer, way_in = inside.call("/town/cast")["bereaved_customer"], inside.world.outside(merchant_of(inside))
        assert way_in is not None
        way_in.shop.tag_customer(customer, tag="loyal", present=True)

    page = sam.look(**REFUND)
    assert "The tag “Loyal” allows up to $64.00." in page
    assert "Ask a lead" not in page


def test_given_our_own_mark_as_a_tag_when_pressed_then_our_books_know_who_bears_it(
    inside: Practice, sam: Agent
) -> None:
    team_policy(inside, refund_limit_minor=50_00, tag_rules=(TagRule(tag="MAKE-it-right", refund_minor=64_00),))
    assert "Above $50.00 a lead decides." in sam.look(**REFUND)

    customer = inside.call("/town/cast")["bereaved_customer"]
    with unit_of_work(inside.world.sessions) as session:
        marks.shown(session, shop_id=inside.shop_id, customer_ids=[customer], marked=True, now=inside.world.clock.now())

    assert "The tag “MAKE-it-right” allows up to $64.00." in sam.look(**REFUND)


def test_given_a_month_of_their_own_when_it_is_over_then_a_lead_is_asked_and_others_are_not(
    inside: Practice, sam: Agent, lea: Agent
) -> None:
    world, merchant = inside.world, merchant_of(inside)
    with reading(world.sessions) as session:
        number = next(key for key, name in agents.names(session, shop_id=merchant.id).items() if name == "Sam")
    team.set_limits(world, merchant, number, limit_minor=None, month_minor=50_00)
    sam.press("a", amount="40.00", **REFUND)
    inside.drain()

    assert "Sam would have given $50.01 this month, of $50.00." in sam.look(amount="10.01", **REFUND)
    assert "Ask a lead" not in sam.look(amount="10.00", **REFUND)
    assert "Ask a lead" not in lea.look(amount="10.01", **REFUND)


def test_given_a_treat_that_is_to_come_when_another_is_meant_then_a_lead_is_asked_unless_it_makes_good(
    inside: Practice, sam: Agent, lea: Agent
) -> None:
    team_policy(inside, cooldown_days=60)
    sam.press(**FLOWERS)
    inside.drain()

    again = sam.look(**FLOWERS, confirm="another")
    assert "Ask a lead: Sam gives them flowers on" in again
    assert "Ask a lead" not in sam.look(**FLOWERS, confirm="another", reason="our_mistake")
    by_a_lead = lea.look(**FLOWERS, confirm="another")
    assert "Ask a lead" not in by_a_lead
    assert "Sam gives them flowers on" in by_a_lead


def test_given_a_lead_who_asked_when_they_would_say_yes_to_themselves_then_another_must(
    inside: Practice, lea: Agent
) -> None:
    team_policy(inside, refund_limit_minor=50_00)
    lea.press(**REFUND)
    inside.drain()

    assert "another lead must say yes" in lea.desk()
    answer = lea.call(f"/desk/api/allow/{lea.deed()}")

    assert (answer.status_code, [row.state for row in inside.effects("refund_order")]) == (403, ["awaiting"])


def test_given_a_pool_that_does_not_hold_it_when_pressed_then_it_says_so_before_and_a_lead_lifts_it(
    inside: Practice, sam: Agent, lea: Agent
) -> None:
    inside.policy(replace(POLICY, team_monthly_minor=10_00))
    assert "The pool does not hold this." in sam.look(**REFUND)
    sam.press(**REFUND)
    inside.drain()
    assert "A lead can still allow it" in sam.outcome()

    assert (lea.call(f"/desk/api/allow/{sam.deed()}").json or {})["said"].startswith("Allowed")
    inside.later(MINUTE)
    inside.drain()

    assert refunded(inside) == "64.00"


def test_given_a_lead_when_they_say_no_then_nothing_is_sent(inside: Practice, sam: Agent, lea: Agent) -> None:
    team_policy(inside, refund_limit_minor=50_00)
    sam.press(**REFUND)
    inside.drain()

    lea.call(f"/desk/api/decline/{sam.deed()}")

    assert [row.state for row in inside.effects("refund_order")] == ["withdrawn"]
    assert "Declined by a lead, on the desk." in sam.desk()


def test_given_a_rule_that_only_watches_when_looked_at_then_that_is_said_and_there_is_nothing_to_press(
    inside: Practice, sam: Agent
) -> None:
    team_policy(inside, refund_mode=Mode.OBSERVE)

    assert "Lagniappe only watches here" in sam.desk()
    assert "data-act" not in sam.look(**REFUND)


def test_given_a_rule_under_approval_when_looked_at_then_the_button_asks_a_lead(inside: Practice, sam: Agent) -> None:
    team_policy(inside, flowers_mode=Mode.APPROVE)

    assert re.search(r"data-act[^>]*>Ask a lead<", sam.look(**FLOWERS))


def test_given_everything_stopped_when_looked_at_then_the_desk_says_so_and_offers_nothing(
    inside: Practice, sam: Agent
) -> None:
    with unit_of_work(inside.world.sessions) as session:
        shops.pause(session, shop_id=inside.shop_id, paused=True)
    page = sam.desk()

    assert "Nothing can be pressed just now." in page
    assert "<form" not in page


def test_given_what_cannot_be_meant_when_looked_at_then_it_says_why_and_there_is_nothing_to_press(sam: Agent) -> None:
    for odd in ({"amount": "1e3"}, {"amount": "9999"}, {"items": "NOBODY"}, {"order": "#0"}):
        page = sam.look(**REFUND, **odd)
        assert "Nothing would be done" in page
        assert "data-act" not in page


def test_given_a_store_that_lets_nobody_in_when_looked_at_then_it_says_so_and_nothing_breaks(
    inside: Practice, sam: Agent
) -> None:
    with unit_of_work(inside.world.sessions) as session:
        until = inside.world.clock.now() + timedelta(hours=1)
        doors.shut(session, shop_id=inside.shop_id, until=until, because="It was frozen.")

    answer = sam.call("/desk/api/preview", wish=REFUND)

    assert (answer.status_code, "lets nobody in" in (answer.json or {})["why"]) == (409, True)
    assert "It was frozen." in sam.desk()


@pytest.mark.parametrize("deed", ["undo", "allow", "decline"])
def test_given_a_deed_that_no_agent_asked_for_when_settled_at_the_desk_then_there_is_none(
    inside: Practice, lea: Agent, deed: str
) -> None:
    merchant, now = merchant_of(inside), inside.world.clock.now()
    rules = Decision(
        rule="special_customer", subject="customer:55", code="entered", because="", plans=(planned(tag()),)
    )
    with unit_of_work(inside.world.sessions) as session:
        carry_out(session, merchant, rules, now=now, mode=Mode.APPROVE)
    number = inside.effects("tag_customer")[0].id

    assert lea.call(f"/desk/api/{deed}/{number}").status_code == 404
    assert lea.call(f"/desk/api/{deed}/{number + 9_999}").status_code == 404


def test_given_presses_when_the_trail_is_read_then_it_knows_who_by_one_name_and_by_no_address(
    inside: Practice, sam: Agent
) -> None:
    sam.press(**FLOWERS)
    inside.drain()
    sam.call(f"/desk/api/undo/{sam.deed()}")

    name = inside.world.agent(merchant_of(inside), "sam@practice.example")
    with reading(inside.world.sessions) as session:
        told = [(row.what, row.who) for row in session.query(Trail) if row.rule == "flowers"]
    assert ("planned", name) in told
    assert ("withdrawn", name) in told


def test_given_somebody_let_go_between_press_and_deed_when_handled_then_nothing_is_done(
    inside: Practice, sam: Agent
) -> None:
    sam.press(**REFUND)
    merchant = merchant_of(inside)
    with reading(inside.world.sessions) as session:
        (one,) = agents.listed(session, shop_id=merchant.id, seal=inside.world.seal)
    team.set_active(inside.world, merchant, one.id, active=False)
    inside.drain()

    assert inside.effects("refund_order") == []


def test_given_a_customer_who_asks_to_be_forgotten_when_agents_pressed_for_them_then_no_press_speaks_of_them(
    inside: Practice, sam: Agent
) -> None:
    sam.press(**FLOWERS)
    inside.drain()
    customer = int(inside.call("/town/cast")["bereaved_customer"])
    inside.tell("customers/redact", shop_domain=PRACTICE_SHOP, customer={"id": customer}, orders_to_redact=[])
    inside.drain()
    keep_promises(inside.world, inside.shop_id)

    with reading(inside.world.sessions) as session:
        kept = [row.body for row in session.query(Delivery) if row.source == presses.SOURCE]
    assert kept == [b""]
    assert [row.state for row in inside.effects("send_flowers")] == ["withdrawn"]
    assert "Nobody of the store's wrote here" in sam.desk()
    assert sam.call("/desk/api/preview", wish=FLOWERS).status_code == 422


def test_given_a_hard_time_when_looked_at_then_each_step_stands_in_its_turn_and_the_press_does_them_all(
    inside: Practice, sam: Agent
) -> None:
    wish = {"act": "compassion", "with_refund": True, "with_flowers": True}
    page = sam.look(**wish)

    steps = [
        "pause-reorders",
        "no-marketing",
        "A day in the store",
        "Your other tools",
        "Refund $64.00",
        "Flowers, signed",
    ]
    places = [page.index(step) for step in steps]
    assert places == sorted(places)
    assert (page.count("at once"), "Do all of this" in page, "as said with each" in page) == (4, True, True)
    assert inside.effects("mute") == []

    sam.press(**wish)
    inside.drain()

    said = sam.outcome()
    assert said.count("done.") == 4
    assert said.count("can be undone until then") == 2
    assert "It is a hard time for them: be gentle." in sam.desk()


def test_given_an_agent_who_looks_at_a_preview_when_a_colleague_comes_then_they_read_who_prepares_what(
    inside: Practice, sam: Agent, lea: Agent
) -> None:
    sam.look(**FLOWERS)

    said = "<bdi>Sam</bdi> is preparing flowers for this customer"
    assert said in lea.desk()
    assert said in lea.look(**REFUND)
    assert "is preparing" not in sam.desk()
    assert "is preparing" not in sam.look(**FLOWERS)

    lea.press(**REFUND)
    inside.drain()
    assert len(inside.effects("refund_order")) == 1


def sends(agent: Agent) -> None:
    agent.press(**FLOWERS)


def leaves(agent: Agent) -> None:
    assert agent.call("/desk/api/let-go").status_code == 200


def signs_out(agent: Agent) -> None:
    assert agent.call("/desk/leave").status_code == 200


def waits(agent: Agent) -> None:
    agent.inside.later(301)


@pytest.mark.parametrize("ends", [sends, leaves, signs_out, waits])
def test_given_an_agent_who_prepares_something_when_that_ends_then_no_colleague_reads_of_it(
    sam: Agent, lea: Agent, ends: Callable[[Agent], None]
) -> None:
    sam.look(**FLOWERS)
    assert "is preparing flowers" in lea.desk()

    ends(sam)

    assert "is preparing" not in lea.desk()


def test_given_a_wish_of_which_nothing_comes_when_looked_at_then_nobody_prepares_anything(
    sam: Agent, lea: Agent
) -> None:
    sam.look(amount="9999", **REFUND)

    assert "is preparing" not in lea.desk()


def test_given_a_refund_that_can_be_undone_when_sent_now_then_it_leaves_at_once_and_only_once(
    inside: Practice, sam: Agent
) -> None:
    sam.press(**REFUND)
    inside.drain()
    number = sam.deed()
    assert "Send now" in sam.desk()

    first = sam.call(f"/desk/api/send-now/{number}").json
    inside.drain()
    again = sam.call(f"/desk/api/send-now/{number}").json or {}

    assert first == {"said": "On its way."}
    assert again["said"].startswith("Too late")
    assert refunded(inside) == "64.00"
    assert "Send now" not in sam.desk()


def test_given_flowers_when_sent_now_then_they_keep_their_day(inside: Practice, sam: Agent) -> None:
    sam.press(**FLOWERS)
    inside.drain()

    assert "Send now" not in sam.desk()
    assert (sam.call(f"/desk/api/send-now/{sam.deed()}").json or {})["said"].startswith("Too late")
    inside.drain()
    assert inside.call("/town/florist/orders")["orders"] == []


@pytest.mark.parametrize("deed", ["undo", "send-now"])
def test_given_a_colleagues_refund_when_taken_back_or_hurried_then_it_takes_them_or_a_lead(
    app: Flask, inside: Practice, ticket: int, sam: Agent, lea: Agent, deed: str
) -> None:
    kim = at_the_desk(app, inside, ticket, "Kim", Role.AGENT)
    sam.press(**REFUND)
    inside.drain()
    path = f"/desk/api/{deed}/{sam.deed()}"

    answer = kim.call(path)

    assert (answer.status_code, answer.json) == (403, {"why": "Please ask Sam or a lead: this is theirs."})
    assert "<bdi>Sam</bdi> or a lead can take this back." in kim.desk()
    assert lea.call(path).json in ({"said": "Taken back. Nothing was sent."}, {"said": "On its way."})


@pytest.mark.parametrize(("alone", "others", "may"), [(True, False, True), (True, True, False), (False, False, False)])
@pytest.mark.parametrize("short_of", ["a yes", "money"])
def test_given_a_lead_who_asked_when_they_are_the_only_one_then_they_may_say_yes_where_the_settings_allow_it(
    app: Flask, inside: Practice, ticket: int, lea: Agent, *, alone: bool, others: bool, may: bool, short_of: str
) -> None:
    limit, pool = (50_00, 500_00) if short_of == "a yes" else (100_00, 10_00)
    team = replace(POLICY.team, leads_alone=alone, refund_limit_minor=limit)
    inside.policy(replace(POLICY, team=team, team_monthly_minor=pool))
    if others:
        at_the_desk(app, inside, ticket, "Kim", Role.LEAD)
    lea.press(**REFUND)
    inside.drain()
    assert ("Say yes" in lea.desk()) is may

    answer = lea.call(f"/desk/api/allow/{lea.deed()}")

    assert (answer.status_code == 200) is may
    assert [row.state == "planned" for row in inside.effects("refund_order")] == [may]


def test_given_a_customer_with_many_refunds_when_shown_then_leads_alone_read_how_many_and_nothing_of_it_goes_out(
    inside: Practice, ticket: int, sam: Agent, lea: Agent
) -> None:
    team_policy(inside, keep_refunds_per_year=1)
    sam.press("a", amount="10.00", **REFUND)
    inside.drain()

    assert "<bdi>Check with a lead first.</bdi></strong> 1 refund without a return within a year." in lea.desk()
    assert "<bdi>Check with a lead first.</bdi></strong></p>" in sam.desk()

    sam.press("b", amount="5.00", **REFUND)
    inside.drain()
    lea.call(f"/desk/api/allow/{sam.deed()}")
    inside.later(MINUTE)
    inside.drain()

    assert refunded(inside) == "15.00"
    order = inside.call("/town/cast")["bereaved_order"]
    told = [inside.call(f"/town/orders/{order}"), inside.letters(), inside.call(f"/town/tickets/{ticket}")["messages"]]
    assert "lead" not in json.dumps(told)

"""The presses: each does one thing to the merchant's own shop, and leads back to a page of ours."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest

from app.domain.effects import State
from app.domain.policy import Mode, Policy, SpecialCustomer
from tests.builders import auto_policy, flowers, order, paid, planned, refund, tag
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

ASKING = planned(tag(), ask_first="A lead decides.")


def test_given_a_waiting_deed_when_approved_then_it_goes_ahead_and_the_page_says_so(desk: Desk) -> None:
    deed = desk.plan(ASKING)

    answer = desk.press(f"/effects/{deed}/approve")

    assert (answer.status_code, answer.location) == (303, "/?said=approved")
    assert desk.state(deed) is State.PLANNED
    assert "Approved. It is on its way." in desk.open(answer.location)


def test_given_a_pool_that_does_not_hold_it_when_approved_then_the_page_says_so(desk: Desk) -> None:
    deed = desk.plan(paid(minor=900_00, ask_first="A lead decides."), rule="refund_keep")

    answer = desk.press(f"/effects/{deed}/approve")

    assert answer.location == "/?said=over_budget"
    assert desk.state(deed) is State.OVER_BUDGET


def test_given_a_waiting_deed_when_declined_then_nothing_leaves(desk: Desk) -> None:
    deed = desk.plan(ASKING)

    assert desk.press(f"/effects/{deed}/decline").location == "/?said=declined"
    assert desk.state(deed) is State.WITHDRAWN


@pytest.mark.parametrize("act", ["approve", "decline"])
def test_given_a_deed_that_no_longer_waits_when_pressed_again_then_it_stays_as_it_is(desk: Desk, act: str) -> None:
    deed = desk.plan()

    assert desk.press(f"/effects/{deed}/{act}").location == "/?said=nothing_waited"
    assert desk.state(deed) is State.PLANNED


TWICE = {
    "approve": {},
    "decline": {},
    "withdraw": {},
    "happened": {"reference": "V-1"},
    "did-not-happen": {},
    "let-be": {},
}


@pytest.mark.parametrize("act", TWICE)
def test_given_any_press_when_it_comes_twice_then_the_books_are_as_after_the_first(desk: Desk, act: str) -> None:
    asked, planned_one, doubtful = desk.plan(ASKING), desk.plan(paid()), desk.plan(planned(flowers()))
    desk.doubt(doubtful)
    for deed in (asked, planned_one, doubtful):
        desk.press(f"/effects/{deed}/{act}", **TWICE[act])
    after_the_first = desk.open("/ledger")

    answers = [desk.press(f"/effects/{deed}/{act}", **TWICE[act]) for deed in (asked, planned_one, doubtful)]

    assert {answer.status_code for answer in answers} == {303}
    assert desk.open("/ledger") == after_the_first


def test_given_three_waiting_when_all_of_the_rule_are_approved_then_other_rules_go_on_waiting(desk: Desk) -> None:
    marks = [desk.plan(planned(tag(occasion=str(number)), ask_first="Many at once.")) for number in range(3)]
    other = desk.plan(paid(ask_first="A lead decides."), rule="refund_keep")

    desk.press("/approve-all", rule="special_customer", seen=str(other), count="3")

    assert [desk.state(deed) for deed in (*marks, other)] == [State.PLANNED] * 3 + [State.AWAITING]


def test_given_marks_that_wait_when_today_is_opened_then_it_says_which_tag_goes_on_for_how_many(desk: Desk) -> None:
    for number in range(3):
        effect = tag(customer_id=number, tag="vip", present=number > 0)
        desk.plan(planned(effect, ask_first="Many at once."), rule="special_customer")

    page = unescape(desk.open())

    assert "This puts the tag “vip” on 2 customers in your store. They are not told." in page
    assert "It takes the tag off 1 customer." in page


def test_given_more_that_waits_than_was_counted_when_all_are_approved_then_none_is_and_it_is_shown_anew(
    desk: Desk,
) -> None:
    marks = [desk.plan(planned(tag(occasion=str(number)), ask_first="Many at once.")) for number in range(3)]

    answer = desk.press("/approve-all", rule="special_customer", seen=str(marks[-1]), count="2")

    assert answer.location == "/?said=changed_since"
    assert [desk.state(deed) for deed in marks] == [State.AWAITING] * 3


def test_given_a_customer_when_let_alone_then_their_card_says_so_and_offers_the_way_back(desk: Desk) -> None:
    desk.buy(order())
    assert "Nothing automatic for this customer" in desk.open("/customers/55")

    answer = desk.press("/customers/55/let-alone", alone="1", back="/customers/55")

    assert (answer.status_code, answer.location) == (303, "/customers/55?said=let_alone")
    card = desk.open("/customers/55?said=let_alone")
    assert "let alone" in card
    assert "Let the rules look again" in card
    desk.press("/customers/55/let-alone", alone="0")
    assert "The rules look at this customer." in desk.open("/customers/55")


def test_given_another_shops_customer_when_let_alone_then_there_is_nobody_and_theirs_stays(desk: Desk) -> None:
    desk.buy(order())
    twin = desk.twin()

    assert twin.press("/customers/55/let-alone", alone="1").status_code == 404
    assert "The rules look at this customer." in desk.open("/customers/55")


@pytest.mark.parametrize("alone", ["", "2", "yes"])
def test_given_a_customer_when_asked_to_be_let_somehow_then_it_is_refused(desk: Desk, alone: str) -> None:
    desk.buy(order())

    assert desk.press("/customers/55/let-alone", alone=alone).status_code == 422


def test_given_planned_flowers_when_taken_back_then_the_money_returns_to_the_pool(desk: Desk) -> None:
    deed = desk.plan(paid(flowers(), minor=60_00), rule="flowers")

    answer = desk.press(f"/effects/{deed}/withdraw", back="/ledger?state=planned")

    assert answer.location == "/ledger?state=planned&said=withdrawn"
    assert "<strong>$500.00</strong> left" in desk.open()


def test_given_flowers_for_a_day_to_come_when_shown_then_the_page_says_until_which_hour_they_can_be_taken_back(
    desk: Desk,
) -> None:
    due = datetime(2027, 2, 3, 9, tzinfo=ZoneInfo(desk.merchant.timezone))
    desk.plan(paid(flowers(), minor=60_00, due_at=due), rule="flowers")

    assert re.search(r"until <time [^>]*>3 Feb 2027, 09:00</time>", desk.open("/ledger"))


def test_given_a_deed_that_has_left_when_taken_back_then_the_page_says_too_late(desk: Desk) -> None:
    deed = desk.plan()
    desk.finish(deed)

    assert desk.press(f"/effects/{deed}/withdraw").location == "/?said=too_late"


def test_given_a_doubt_when_a_person_says_it_happened_then_it_is_done_under_the_vendors_number(desk: Desk) -> None:
    deed = desk.plan(paid(flowers(), minor=60_00), rule="flowers")
    desk.doubt(deed)

    assert desk.press(f"/effects/{deed}/happened", reference=" FL-77\x00 ").location == "/?said=settled"
    assert desk.state(deed) is State.DONE
    assert "<bdi>FL-77</bdi>" in desk.open("/ledger")


def test_given_a_doubt_when_a_person_says_it_did_not_happen_then_it_is_tried_again(desk: Desk) -> None:
    deed = desk.plan(paid(flowers(), minor=60_00), rule="flowers")
    desk.doubt(deed)

    assert desk.press(f"/effects/{deed}/did-not-happen").location == "/?said=put_back"
    assert desk.state(deed) is State.PLANNED


@pytest.mark.parametrize("reference", ["", "   ", "\x00", "9" * 256])
def test_given_no_proof_when_a_person_says_it_happened_then_they_are_asked_for_it(desk: Desk, reference: str) -> None:
    deed = desk.plan(paid(flowers(), minor=60_00), rule="flowers")
    desk.doubt(deed)

    answer = desk.press(f"/effects/{deed}/happened", reference=reference)

    assert answer.status_code == 422
    assert "vendor&#39;s own order number" in answer.text
    assert desk.state(deed) is State.UNCERTAIN


@pytest.mark.parametrize("act", ["happened", "did-not-happen"])
def test_given_no_doubt_when_a_person_settles_it_then_nothing_moves(desk: Desk, act: str) -> None:
    deed = desk.plan(paid(refund()), rule="refund_keep")

    assert desk.press(f"/effects/{deed}/{act}", reference="9").location == "/?said=not_in_doubt"
    assert desk.state(deed) is State.PLANNED


@pytest.mark.parametrize("rule", ["special_customer", "nth_order_gift", "refund_keep", "flowers"])
def test_given_a_rule_when_its_mode_is_set_then_only_that_rule_changes(desk: Desk, rule: str) -> None:
    rules = ["special_customer", "nth_order_gift", "refund_keep", "flowers"]

    assert desk.set_mode(rule, "approve").location == "/?said=mode_approve"
    assert [name for name in rules if desk.mode(name) is Mode.APPROVE] == [rule]


@pytest.mark.parametrize(("field", "said"), [("", "mode_unknowing"), ("facts.birthday", "mode_auto")])
def test_given_birthdays_when_they_are_to_go_by_themselves_then_it_is_said_where_none_is_known(
    desk: Desk, field: str, said: str
) -> None:
    desk = desk.allow(Policy(birthday=replace(Policy().birthday, metafield=field)))

    assert f"said={said}" in desk.set_mode("birthday", "auto").location


def test_given_a_mode_that_there_is_not_when_set_then_a_sentence_says_which_there_are(desk: Desk) -> None:
    answer = desk.set_mode("flowers", "always")

    assert answer.status_code == 422
    assert "one of observe, approve and auto" in answer.text
    assert desk.mode("flowers") is Mode.AUTO


def test_given_a_rule_that_only_watched_when_switched_on_then_its_marks_are_taken_up(desk: Desk) -> None:
    watching = desk.allow(auto_policy(special_customer=SpecialCustomer(mode=Mode.OBSERVE)))
    deed = watching.plan()

    desk.set_mode("special_customer", "auto")

    assert desk.state(deed) is State.PLANNED


def test_given_the_kill_switch_when_thrown_and_lifted_then_the_page_leads_back(desk: Desk) -> None:
    thrown, lifted = desk.press("/pause", paused="1"), desk.press("/pause", paused="0")

    assert (thrown.location, lifted.location) == ("/", "/?said=resumed")


@pytest.mark.parametrize(
    ("path", "form"),
    [("/rules/none/mode", {"mode": "auto"}), ("/effects/999/approve", {}), (f"/effects/{10**30}/approve", {})],
)
def test_given_nothing_of_that_name_when_pressed_then_it_is_not_found(
    desk: Desk, path: str, form: dict[str, str]
) -> None:
    assert desk.press(path, **form).status_code == 404


@pytest.mark.parametrize(
    ("path", "form"),
    [("/pause", {"paused": "yes"}), ("/approve-all", {"rule": "none"}), ("/approve-all", {"rule": "flowers"})],
)
def test_given_a_form_that_makes_no_sense_when_sent_then_it_is_refused(
    desk: Desk, path: str, form: dict[str, str]
) -> None:
    assert desk.press(path, **form).status_code == 422


@pytest.mark.parametrize("act", ["approve", "decline", "withdraw", "happened", "did-not-happen"])
def test_given_another_shops_deed_when_pressed_then_it_is_not_found_and_stays_as_it_is(desk: Desk, act: str) -> None:
    theirs = desk.twin().plan(ASKING)

    assert desk.press(f"/effects/{theirs}/{act}", reference="9").status_code == 404
    assert desk.state(theirs) is State.AWAITING


def test_given_another_shops_waiting_deeds_when_all_are_approved_then_theirs_go_on_waiting(desk: Desk) -> None:
    theirs = desk.twin().plan(ASKING)

    assert (
        desk.press("/approve-all", rule="special_customer", seen=str(theirs), count="1").location
        == "/?said=nothing_waited"
    )
    assert desk.state(theirs) is State.AWAITING


@pytest.mark.parametrize(
    "back", ["//evil.example", "https://evil.example", "/\\evil.example", "/ledger\r\nX: y", "/no"]
)
def test_given_a_way_back_that_is_not_ours_when_pressed_then_it_leads_to_today(desk: Desk, back: str) -> None:
    assert desk.press("/pause", paused="0", back=back).location == "/?said=resumed"


@pytest.mark.parametrize("back", ["/", "/orders/1001", "/customers/55", "/ledger", "/ledger?q=%231001&state=done"])
def test_given_a_page_of_ours_when_pressed_there_then_it_leads_back(desk: Desk, back: str) -> None:
    location = desk.press("/pause", paused="0", back=back).location

    assert location.partition("said=")[0].rstrip("?&") == back


def test_given_the_clock_has_moved_when_a_deed_is_approved_then_this_months_pool_pays(desk: Desk) -> None:
    deed = desk.plan(paid(minor=60_00, ask_first="A lead decides."), rule="refund_keep")
    desk.clock.forward(timedelta(days=30))

    desk.press(f"/effects/{deed}/approve")

    assert "The pools in December 2026" in desk.open()
    assert "$60.00 set aside" in desk.open()


# What the pool does not hold


def beyond(desk: Desk) -> int:
    """Return a refund that the month did not hold."""
    return desk.plan(paid(minor=900_00), rule="refund_keep")


def test_given_a_refund_that_the_pool_did_not_hold_when_a_lead_allows_it_then_it_goes_ahead(desk: Desk) -> None:
    deed = beyond(desk)
    assert "Allow it all the same" in desk.open("/")

    answer = desk.press(f"/effects/{deed}/lift")

    assert (answer.status_code, answer.location) == (303, "/?said=lifted")
    assert desk.state(deed) is State.PLANNED
    page = desk.open(answer.location)
    assert "Allowed. It is on its way." in page
    assert "$400.00 of it was allowed beyond the monthly limit." in page
    assert "Allow it all the same" not in page


def test_given_a_refund_that_was_allowed_when_pressed_again_then_it_stays_as_it_is(desk: Desk) -> None:
    deed = beyond(desk)
    desk.press(f"/effects/{deed}/lift")

    assert desk.press(f"/effects/{deed}/lift").location == "/?said=not_lifted"
    assert desk.state(deed) is State.PLANNED


def test_given_more_for_this_month_when_allowed_twice_from_one_page_then_the_pool_holds_it_once(desk: Desk) -> None:
    answers = [desk.press("/pools/team/grant", amount="50.00", granted="0") for _ in range(2)]

    assert [answer.location for answer in answers] == ["/?said=granted", "/?said=granted_before"]
    assert "<strong>$550.00</strong> left of $550.00" in desk.open("/")


@pytest.mark.parametrize(
    ("pool", "form", "status"),
    [
        ("team", {"amount": "0", "granted": "0"}, 422),
        ("team", {"amount": "-5", "granted": "0"}, 422),
        ("team", {"amount": "ten", "granted": "0"}, 422),
        ("team", {"amount": "10.00"}, 422),
        ("team", {"amount": "10.00", "granted": "x"}, 422),
        ("petty", {"amount": "10.00", "granted": "0"}, 404),
    ],
)
def test_given_a_grant_that_cannot_be_meant_when_pressed_then_the_pool_stays_as_it_is(
    desk: Desk, pool: str, form: dict[str, str], status: int
) -> None:
    assert desk.press(f"/pools/{pool}/grant", **form).status_code == status
    assert "left of $500.00" in desk.open("/")


@pytest.mark.parametrize(("minor", "said"), [(349_00, False), (350_00, True), (460_00, True)])
def test_given_a_pool_when_little_is_left_then_today_says_so(desk: Desk, minor: int, said: bool) -> None:
    desk.plan(paid(minor=minor), rule="refund_keep")

    assert ("Allow more this month" in desk.open("/")) is said

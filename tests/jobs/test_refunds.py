"""Money back, as it truly goes: by the piece, as credit, asked for twice, on its way, and not arrived after all."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.store import grants
from app.store.base import unit_of_work
from app.store.tables import Effect, Pool
from jobs import deeds, desk
from jobs.practice import POLICY
from tests.jobs.conftest import Practice
from tests.late import hold_back

HOUR, DAY = 3_600, 86_400
SHOP = "/town/shops/lagniappe-practice.myshopify.com"


class Purchase:
    """Somebody's order, and the ticket that they wrote about it."""

    def __init__(self, inside: Practice, **terms: Any) -> None:
        self.inside = inside
        self.customer = inside.call("/town/cast")["fourth_order_customers"][0]
        self.order = inside.order(customer_id=self.customer, amount="15.00", quantity=3, shipping="5.00", **terms)
        opened = inside.call("/town/tickets", {"customer_id": self.customer, "subject": "Broken"})
        self.ticket = int(opened["ticket_id"])
        self.hear("bought")

    def hear(self, key: str) -> None:
        """Let the app hear of the order."""
        self.inside.deliver(self.order, key=key)
        self.inside.drain()

    def press(self, **form: str) -> None:
        self.inside.press(self.ticket, "refund_keep", **form)
        self.inside.drain()

    def sent(self) -> None:
        self.inside.call(f"/town/orders/{self.order}/fulfil", {"step": "send", "announce": "lose"})

    def bank(self, status: str) -> None:
        self.inside.call(f"/town/orders/{self.order}/bank", {"status": status, "announce": "lose"})

    def reworded(self) -> None:
        """Let staff write something else on the refund, so that it cannot be recognised any more."""
        self.inside.call(f"/town/orders/{self.order}/edit", {"refund_note": "As agreed on the phone."})

    @property
    def refunded(self) -> str:
        return str(self.inside.call(f"/town/orders/{self.order}")["refunded"])

    @property
    def left(self) -> list[int]:
        """How many pieces of each paid line are still on the order."""
        lines = self.inside.call(f"/town/orders/{self.order}")["lines"]
        return [line["current_quantity"] for line in lines if line["discount"] == 0]

    @property
    def notes(self) -> str:
        notes = self.inside.call(f"/town/tickets/{self.ticket}")["notes"]
        return "\n".join(note["text"] for note in notes)

    @property
    def row(self) -> Effect:
        (row,) = self.inside.effects("refund_order")
        return row


@pytest.fixture
def bought(inside: Practice) -> Purchase:
    return Purchase(inside)


def purse(inside: Practice) -> tuple[int, int]:
    """Return what is set aside and what is spent of the team's pool."""
    with unit_of_work(inside.world.sessions) as session:
        pools = [pool for pool in session.query(Pool) if pool.name == "team"]
    return sum(pool.reserved_minor for pool in pools), sum(pool.spent_minor for pool in pools)


# What goes back


def test_given_pieces_that_have_left_when_pressed_then_they_are_given_back_and_the_agent_reads_which(
    bought: Purchase,
) -> None:
    bought.sent()
    bought.press(items="#1 x 2", shipping="yes")

    assert (bought.refunded, bought.left[0]) == ("35.00", 1)
    assert "Refunded $35.00 of" in bought.notes
    assert "(2 × " in bought.notes
    assert "and $5.00 for shipping). The customer keeps the item" in bought.notes


def test_given_pieces_still_to_be_sent_when_pressed_then_the_money_goes_back_and_they_still_come(
    bought: Purchase,
) -> None:
    bought.press(items="#1 x 2")

    assert (bought.refunded, bought.left[0]) == ("30.00", 3)


def test_given_shipping_when_pressed_then_only_that_goes_back(bought: Purchase) -> None:
    bought.press(shipping="yes")

    assert bought.refunded == "5.00"


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"items": "NO-SUCH-THING"}, "The order has no item “NO-SUCH-THING”"),
        ({"items": "#1 x 4"}, "can be given back, not 4"),
        ({"items": "#1 x none of it, #"}, "names no item"),
        ({"items": "#1", "amount": "5.00"}, "not both"),
    ],
)
def test_given_items_that_cannot_be_when_pressed_then_nothing_moves_and_the_agent_reads_why(
    bought: Purchase, form: dict[str, str], words: str
) -> None:
    bought.press(**form)

    assert bought.refunded == "0.00"
    assert words in bought.notes


def test_given_credit_when_pressed_then_the_customer_has_it_and_no_refund_is_spoken_of(bought: Purchase) -> None:
    bought.inside.policy(replace(POLICY, team=replace(POLICY.team, store_credit=True)))
    bought.press(amount="12.00", store_credit="yes")

    assert bought.inside.call(f"/town/customers/{bought.customer}")["credit"] == {"USD": 12_00}
    assert "Gave $12.00 of" in bought.notes
    assert "as store credit" in bought.notes
    assert "efund" not in bought.notes


def test_given_a_store_without_credit_when_pressed_then_the_agent_reads_why(bought: Purchase) -> None:
    bought.inside.policy(replace(POLICY, team=replace(POLICY.team, store_credit=True)))
    bought.inside.call(SHOP, {"store_credit": False})
    bought.press(amount="12.00", store_credit="yes")

    assert bought.refunded == "0.00"
    assert "Store credit is not switched on in this store." in bought.notes


def test_given_an_app_that_may_not_hand_out_credit_when_pressed_then_the_agent_reads_what_is_missing(
    bought: Purchase,
) -> None:
    bought.inside.policy(replace(POLICY, team=replace(POLICY.team, store_credit=True)))
    with unit_of_work(bought.inside.world.sessions) as session:
        grants.set_scopes(session, shop_id=bought.inside.shop_id, scopes=frozenset({"write_orders"}))
    bought.press(amount="12.00", store_credit="yes")

    assert bought.refunded == "0.00"
    assert "was not given the right to hand out store credit (read_store_credit_accounts, write_" in bought.notes


def test_given_cash_on_delivery_when_refunded_then_the_agent_reads_that_somebody_must_pay_it_out(
    inside: Practice,
) -> None:
    bought = Purchase(inside, gateway="Cash on Delivery (COD)")
    bought.press(amount="5.00")

    assert "somebody must pay it out" in bought.notes


def test_given_many_small_refunds_when_an_orders_limit_is_reached_then_a_lead_is_asked(bought: Purchase) -> None:
    bought.inside.policy(replace(POLICY, team=replace(POLICY.team, refund_order_minor=10_00)))
    bought.press(amount="6.00")
    bought.press(amount="5.00")

    assert bought.refunded == "6.00"
    assert "Ask a lead" in bought.notes


# Asked twice


def test_given_a_lost_answer_when_sent_again_within_twelve_hours_then_it_is_the_same_call_to_the_letter(
    bought: Purchase,
) -> None:
    bought.inside.fault("RefundCreate", "commit_then_drop")
    bought.press(amount="5.00")
    bought.reworded()
    first = bought.row.request
    bought.inside.later(60)
    bought.inside.drain()

    assert (bought.row.state, bought.row.sends, bought.row.request) == ("done", 2, first)
    assert bought.refunded == "5.00"


def lose_an_answer_for_good(bought: Purchase) -> None:
    """Let a refund be made, its answer be lost, nobody able to recognise it, and the app away for a day."""
    bought.inside.fault("RefundCreate", "commit_then_drop")
    bought.press(amount="5.00")
    bought.reworded()
    bought.inside.later(25 * HOUR)
    for _ in range(3):
        bought.inside.drain()
        bought.inside.later(60)


def test_given_a_lost_answer_when_a_day_has_passed_then_nothing_is_sent_and_a_person_is_asked(
    bought: Purchase,
) -> None:
    lose_an_answer_for_good(bought)

    assert (bought.row.state, bought.row.next_try_at, bought.row.sends) == ("uncertain", None, 1)
    assert bought.refunded == "5.00"
    assert purse(bought.inside) == (5_00, 0)
    assert "Please do not repeat it" in bought.notes


def test_given_nobody_minding_the_hours_when_a_day_has_passed_then_the_money_would_move_twice(
    bought: Purchase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deeds, "REPEATED_FOR", timedelta(days=365))
    lose_an_answer_for_good(bought)

    assert bought.refunded == "10.00"


def test_given_a_call_that_never_arrived_when_the_store_was_away_for_long_then_a_person_says_so_and_it_goes_out_once(
    bought: Purchase,
) -> None:
    bought.inside.fault("RefundCreate", "drop_before")
    bought.press(amount="5.00")
    bought.inside.call(SHOP, {"state": "frozen"})
    bought.inside.later(13 * HOUR)
    bought.inside.drain()
    bought.inside.call(SHOP, {"state": "open"})
    bought.inside.later(13 * HOUR)
    bought.inside.drain()
    assert (bought.row.state, bought.row.next_try_at, bought.refunded) == ("uncertain", None, "0.00")

    merchant = bought.inside.world.merchant(bought.inside.shop_id)
    assert merchant is not None
    assert desk.did_not_happen(bought.inside.world, merchant, bought.row.id)
    bought.inside.drain()

    assert (bought.row.state, bought.refunded) == ("done", "5.00")


def test_given_a_lost_answer_when_the_store_was_away_for_long_then_it_is_found_and_not_repeated(
    bought: Purchase,
) -> None:
    bought.inside.fault("RefundCreate", "commit_then_drop")
    bought.press(amount="5.00")
    bought.inside.call(SHOP, {"state": "frozen"})
    bought.inside.later(13 * HOUR)
    bought.inside.drain()
    bought.inside.call(SHOP, {"state": "open"})
    bought.inside.later(13 * HOUR)
    bought.inside.drain()

    assert (bought.row.state, bought.row.sends, bought.refunded) == ("done", 1, "5.00")


def test_given_a_store_that_turned_the_call_away_when_asked_a_day_later_then_that_is_a_first_try(
    bought: Purchase,
) -> None:
    bought.inside.fault("RefundCreate", "429")
    bought.press(amount="5.00")
    assert bought.row.first_sent_at is None
    bought.inside.later(25 * HOUR)
    bought.inside.drain()

    assert (bought.row.state, bought.refunded) == ("done", "5.00")


def test_given_a_store_that_is_still_at_it_when_looked_up_too_early_then_the_money_moves_once(
    bought: Purchase, monkeypatch: pytest.MonkeyPatch
) -> None:
    carry_out = hold_back(monkeypatch)
    bought.inside.fault("RefundCreate", "late_commit")
    bought.press(amount="5.00")
    bought.inside.later(60)
    bought.inside.drain()
    assert (bought.row.state, bought.refunded) == ("uncertain", "0.00")

    carry_out()
    bought.inside.later(60)
    bought.inside.drain()

    assert (bought.row.state, bought.row.sends, bought.refunded) == ("done", 2, "5.00")


def refused_after_a_lost_answer(bought: Purchase) -> None:
    """Let a refund's first call never arrive, and its second be refused by the store."""
    calls = [{"operation": "RefundCreate", "kind": kind} for kind in ("drop_before", "user_error")]
    bought.inside.call("/town/faults", {"next": calls})
    bought.press(amount="5.00")
    bought.inside.later(60)
    bought.inside.drain()
    assert (bought.row.state, bought.row.sends) == ("uncertain", 2)


def test_given_a_lost_answer_when_the_repeat_is_refused_then_that_holds_once_nothing_is_found(
    bought: Purchase,
) -> None:
    refused_after_a_lost_answer(bought)
    bought.inside.later(60)
    bought.inside.drain()

    assert (bought.row.state, bought.row.sends, bought.refunded) == ("refused", 2, "0.00")
    assert purse(bought.inside) == (0, 0)
    assert "did not go through: The store cannot do this right now." in bought.notes


def test_given_a_repeat_that_was_refused_when_the_store_cannot_be_asked_then_its_words_are_kept(
    bought: Purchase,
) -> None:
    refused_after_a_lost_answer(bought)
    bought.inside.later(60)
    bought.inside.fault("RefundState", "500_before")
    bought.inside.drain()
    assert bought.row.state == "uncertain"

    bought.inside.later(14 * HOUR)
    bought.inside.drain()

    assert (bought.row.state, bought.row.problem) == ("refused", "The store cannot do this right now.")


# On its way


def test_given_a_slow_bank_when_refunded_then_the_money_is_on_its_way_and_the_agent_reads_so(inside: Practice) -> None:
    bought = Purchase(inside, refunds_pend=True)
    bought.press(amount="5.00")

    assert (bought.row.state, bought.row.code) == ("done", "pending")
    assert purse(inside) == (5_00, 0)
    assert "has not confirmed it yet" in bought.notes


def test_given_money_on_its_way_when_it_arrives_then_it_is_spent_and_nobody_is_told_again(inside: Practice) -> None:
    bought = Purchase(inside, refunds_pend=True)
    bought.press(amount="5.00")
    before = bought.notes
    for _ in range(3):
        inside.later(HOUR)
        inside.drain()
    assert bought.row.code == "pending"

    bought.bank("SUCCESS")
    inside.later(DAY)
    inside.drain()

    assert (bought.row.state, bought.row.code, bought.row.next_try_at) == ("done", None, None)
    assert purse(inside) == (0, 5_00)
    assert bought.notes == before


def test_given_money_on_its_way_when_the_bank_declines_then_the_pool_has_it_back_and_the_agent_is_told_once(
    inside: Practice,
) -> None:
    bought = Purchase(inside, refunds_pend=True)
    bought.press(amount="5.00")
    bought.bank("FAILURE")
    for _ in range(3):
        inside.later(DAY)
        inside.drain()

    assert (bought.row.state, bought.row.code) == ("refused", "failed_late")
    assert purse(inside) == (0, 0)
    assert bought.notes.count("did not go through: The payment provider declined it.") == 1


def test_given_money_on_its_way_when_the_store_tells_of_the_order_then_it_is_looked_at_at_once(
    inside: Practice,
) -> None:
    bought = Purchase(inside, refunds_pend=True)
    bought.press(amount="5.00")
    bought.bank("SUCCESS")
    bought.hear("refunded")

    assert bought.row.code is None


def test_given_a_refund_that_failed_late_when_pressed_again_then_it_is_another_deed(inside: Practice) -> None:
    bought = Purchase(inside, refunds_pend=True)
    bought.press(amount="5.00")
    bought.bank("FAILURE")
    inside.later(DAY)
    inside.drain()
    bought.press(amount="5.00", items="")

    assert [row.state for row in inside.effects("refund_order")] == ["refused", "done"]


def test_given_money_that_never_arrives_when_two_months_have_passed_then_nobody_looks_any_more(
    inside: Practice,
) -> None:
    bought = Purchase(inside, refunds_pend=True)
    bought.press(amount="5.00")
    inside.later(61 * DAY)
    inside.drain()

    assert (bought.row.state, bought.row.code, bought.row.next_try_at) == ("done", None, None)
    assert "ask the payment provider" in (bought.row.remark or "")
    assert "It was never confirmed; please ask the payment provider." in bought.notes

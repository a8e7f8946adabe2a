"""What agents may type, word for word: money follows from it, so nothing is guessed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import commands
from app.domain.commands import Command, read
from app.domain.events import Act

FLOWERS, REFUND = Act.FLOWERS, Act.REFUND_KEEP


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("/lagniappe flowers", Command(act=FLOWERS)),
        ("/lagniappe flowers 60", Command(act=FLOWERS, amount="60")),
        ("  /Lagniappe  FLOWERS\t60 \n", Command(act=FLOWERS, amount="60")),
        ("/lagniappe flowers 60 in 1 day", Command(act=FLOWERS, amount="60", days=1)),
        ("/lagniappe flowers in 14 days", Command(act=FLOWERS, days=14)),
        ("/lagniappe flowers 60 of #1001", Command(act=FLOWERS, amount="60", order_name="#1001")),
        (
            "/lagniappe flowers 60 in 14 days: We miss\nhim: all of us. ",
            Command(act=FLOWERS, amount="60", days=14, message="We miss\nhim: all of us."),
        ),
        ("/lagniappe flowers on 2026-12-24", Command(act=FLOWERS, day=date(2026, 12, 24))),
        (
            "/lagniappe flowers 60 of #1001 on 2028-02-29 confirm: Again.",
            Command(
                act=FLOWERS, amount="60", order_name="#1001", day=date(2028, 2, 29), confirm=True, message="Again."
            ),
        ),
        ("/lagniappe flowers :", Command(act=FLOWERS)),
        ("/lagniappe flowers 60 confirm: Again.", Command(act=FLOWERS, amount="60", confirm=True, message="Again.")),
        ("/lagniappe refund 24.50", Command(act=REFUND, amount="24.50")),
        ("/lagniappe refund 24.50 of #1001", Command(act=REFUND, amount="24.50", order_name="#1001")),
        ("/lagniappe refund all", Command(act=REFUND)),
        ("/lagniappe refund all of EN-7 confirm", Command(act=REFUND, order_name="EN-7", confirm=True)),
        ("/lagniappe refund all with compassion", Command(act=REFUND, compassion=True)),
        ("/lagniappe credit 20", Command(act=REFUND, amount="20", as_credit=True)),
        ("/lagniappe withdraw flowers", Command(act=Act.WITHDRAW_FLOWERS)),
    ],
)
def test_given_a_command_when_read_then_it_is_what_was_typed(typed: str, command: Command) -> None:
    assert commands.is_one(typed)
    assert read(typed) == command


@pytest.mark.parametrize(
    "typed",
    [
        "/lagniappe",
        "/lagniappe help",
        "/lagniappe refund",
        "/lagniappe refund -5",
        "/lagniappe refund 24,50",
        "/lagniappe refund 1e3",
        "/lagniappe refund $24.50",
        "/lagniappe refund ٣",
        "/lagniappe refund 24.50.10",
        "/lagniappe refund 1234567890",
        "/lagniappe refund 10 20",
        "/lagniappe refund 10 please",
        "/lagniappe refund 10: because",
        "/lagniappe refund 10 of",
        "/lagniappe credit all",
        "/lagniappe flowers sixty",
        "/lagniappe flowers 60 in 1000 days",
        "/lagniappe flowers 60 today",
        "/lagniappe flowers on 2026-02-30",
        "/lagniappe flowers on 2027-02-29",
        "/lagniappe flowers on 2026-13-01",
        "/lagniappe flowers on 24.12.2026",
        "/lagniappe flowers on ٢٠٢٦-١٢-٢٤",
        "/lagniappe flowers in 3 days on 2026-12-24",
        "/lagniappe \N{RIGHT-TO-LEFT OVERRIDE}refund 10",
        "/lagniappe <b>refund</b> 10",
        "/lagniappe refund 10\x00",
        "/lagniappe send money",
        "/lagniappe flowers: " + "x" * commands.LONGEST,
        "/lagniappe " + "refund 10 " * 200_000,
    ],
)
def test_given_anything_else_when_read_then_nobody_guesses_and_the_forms_are_told(typed: str) -> None:
    assert commands.is_one(typed)
    assert read(typed) is None
    assert len(commands.help_on(typed)) < 700


@pytest.mark.parametrize(
    "said",
    ["", " ", "lagniappe refund all", "see /lagniappe", "/lagniappes refund all", "/lagniapperefund all", "/lag"],
)
def test_given_other_words_when_read_then_they_are_no_command(said: str) -> None:
    assert not commands.is_one(said)


def test_given_a_word_for_help_when_answered_then_nobody_is_told_that_they_were_not_understood() -> None:
    assert commands.help_on("/lagniappe HELP ").startswith("So it is done")
    assert commands.help_on("/lagniappe hepl").startswith("Nothing was done")


def test_given_the_forms_that_are_told_when_typed_then_each_is_understood() -> None:
    assert [form for form in commands.FORMS if read(form) is None] == []


@given(st.text(max_size=300))
def test_given_any_words_when_read_then_nothing_breaks_and_no_amount_is_made_up(said: str) -> None:
    command = read(f"{commands.WORD} {said}")

    assert command is None or command.amount is None or command.amount in said

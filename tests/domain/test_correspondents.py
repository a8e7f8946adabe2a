"""Who writes to a helpdesk: what is an address, what is a telephone, and what is said of nobody."""

import pytest

from app.domain import correspondents
from app.domain.correspondents import MOST_EMAILS, MOST_PHONES, Correspondent


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("+15550001234", "+15550001234"),
        (" +1 (555) 000-1234 ", "+15550001234"),
        ("+44 (0)20 7946 0000", "+442079460000"),
        ("0049 30 901820", "+4930901820"),
        ("\u202a+1\u20115550001234\u202c", "+15550001234"),
        ("555 000 1234", None),
        ("+0155500012", None),
        ("+1555", None),
        ("+1234567890123456", None),
        ("+1555000١٢٣٤", None),
        ("", None),
    ],
)
def test_given_a_telephone_when_read_then_it_is_as_the_store_keeps_it_or_none(written: str, read: str | None) -> None:
    assert correspondents.telephone(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (" Ada@Example.COM ", "ada@example.com"),
        ("ada+box@example.com", "ada+box@example.com"),
        ("ada@", None),
        ("@example.com", None),
        ("ada lovelace@example.com", None),
        (f"{'a' * 400}@example.com", None),
        ("+15550001234", None),
    ],
)
def test_given_an_address_when_read_then_it_is_as_addresses_are_compared_or_none(
    written: str, read: str | None
) -> None:
    assert correspondents.address(written) == read


def test_given_all_that_a_helpdesk_has_when_read_then_each_is_known_for_what_it_is_and_the_rest_left_out() -> None:
    who = correspondents.read("ada@example.com, +1 555 000 1234; @ada_on_x\nADA@example.com", " 55 ")

    assert who == Correspondent(emails=("ada@example.com",), phones=("+15550001234",), store_id=55)


@pytest.mark.parametrize("number", ["", "shop-9", "-5", "0", "5.0", "٥٥", str(2**63), "9" * 40])
def test_given_what_is_no_number_of_the_stores_when_read_then_there_is_none(number: str) -> None:
    assert correspondents.read("", number) == Correspondent()


def test_given_more_than_anybody_has_when_read_then_some_are_enough() -> None:
    who = correspondents.read(",".join(f"a{n}@x.example,+1555000{n:04d}" for n in range(100)))

    assert (len(who.emails), len(who.phones)) == (MOST_EMAILS, MOST_PHONES)


def test_given_the_address_that_they_wrote_from_when_added_then_it_comes_first_and_once() -> None:
    who = Correspondent(emails=("old@x.example", "ada@x.example"), store_id=55)

    assert who.at("ada@x.example") == Correspondent(emails=("ada@x.example", "old@x.example"), store_id=55)
    assert who.at(None) == who


@pytest.mark.parametrize(
    ("who", "because"),
    [
        (Correspondent(emails=("a@x",)), "No customer of the store has this ticket's e-mail address."),
        (Correspondent(emails=("a@x", "b@x")), "No customer of the store has this ticket's e-mail addresses."),
        (
            Correspondent(emails=("a@x",), phones=("+1", "+2")),
            "No customer of the store has this ticket's e-mail address or phone numbers.",
        ),
        (Correspondent(), "This ticket names no e-mail address and no phone number of the customer's."),
    ],
)
def test_given_nobody_who_fits_when_told_then_what_was_looked_for_is_said_and_nobodys_address(
    who: Correspondent, because: str
) -> None:
    assert correspondents.unknown(who).because == because

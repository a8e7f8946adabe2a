"""What a merchant types into a form, and what it means, in currencies with and without decimals."""

import pytest

from app.web.fields import Amount, Share, Variants, Whole, Wholes, Words, Wrong

MONEY = [("12", "JPY", 12), ("12.000", "JPY", 12), ("12.5", "USD", 12_50), ("0.001", "KWD", 1), ("0", "EUR", 0)]


@pytest.mark.parametrize(("text", "currency", "minor"), MONEY)
def test_given_an_amount_when_read_then_it_is_exact_in_its_currency(text: str, currency: str, minor: int) -> None:
    assert Amount().read(text, currency) == minor


@pytest.mark.parametrize(("text", "minor"), [("12,50", 12_50), ("12,5", 12_50), ("0,05", 5)])
def test_given_a_comma_before_the_decimals_when_read_then_it_is_meant_as_a_point(text: str, minor: int) -> None:
    assert Amount().read(text, "USD") == minor


@pytest.mark.parametrize("text", ["1,250", "1,250,00", "1,250.00", ",50", "12,", "٣,٥"])
def test_given_a_comma_that_may_part_thousands_when_read_then_nothing_is_guessed(text: str) -> None:
    for currency in ("USD", "KWD"):
        with pytest.raises(Wrong):
            Amount().read(text, currency)


@pytest.mark.parametrize(("text", "currency"), [("12.5", "JPY"), ("0.001", "USD"), ("10000000.01", "USD"), ("", "EUR")])
def test_given_what_the_currency_does_not_have_when_read_then_an_example_is_given(text: str, currency: str) -> None:
    with pytest.raises(Wrong, match=f"an amount in {currency}, such as 25"):
        Amount().read(text, currency)


@pytest.mark.parametrize(
    ("minor", "currency", "text"), [(12, "JPY", "12"), (12_50, "USD", "12.50"), (1, "KWD", "0.001")]
)
def test_given_an_amount_when_shown_then_reading_it_again_gives_the_same(minor: int, currency: str, text: str) -> None:
    assert Amount().show(minor, currency) == text
    assert Amount().read(text, currency) == minor


def test_given_an_empty_field_when_nothing_has_a_meaning_there_then_it_is_none_and_else_it_is_wrong() -> None:
    assert Whole(most=9, may_be_empty=True).read("", "USD") is None
    with pytest.raises(Wrong, match="from 0 to 9"):
        Whole(most=9).read("", "USD")


@pytest.mark.parametrize(
    ("text", "share", "shown"),
    [("0.5", 50, "0.5"), ("0,5", 50, "0.5"), ("100", 100_00, "100"), ("3.20", 3_20, "3.2"), ("", None, "")],
)
def test_given_a_percentage_when_read_then_it_is_exact_and_shown_as_it_would_be_typed(
    text: str, share: int | None, shown: str
) -> None:
    assert Share().read(text, "USD") == share
    assert Share().show(share, "USD") == shown


@pytest.mark.parametrize("text", ["0", "0.00", "100.01", "0.005", "5%", "-1", ".5", "٥", "1e1"])
def test_given_what_is_no_percentage_when_read_then_the_bounds_are_named(text: str) -> None:
    with pytest.raises(Wrong, match=r"from 0\.01 to 100, or nothing"):
        Share().read(text, "USD")


def test_given_one_tag_in_two_spellings_when_read_then_it_is_one_tag() -> None:
    assert Words(tag=True).read("Cafe\u0301", "USD") == Words(tag=True).read("Caf\u00e9", "USD") == "Caf\u00e9"


@pytest.mark.parametrize("value", [(), (4,), (4, 8, 12)])
def test_given_a_list_when_shown_then_reading_it_again_gives_the_same(value: tuple[int, ...]) -> None:
    for kind in (Wholes(least=1, most=99, longest=5), Variants()):
        assert kind.read(kind.show(value, "USD"), "USD") == value

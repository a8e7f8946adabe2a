"""Money: integers of minor units; decimal text goes in and out without losing or inventing a cent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.money import Money, decimals, zero
from tests.builders import usd

CURRENCIES = ("USD", "EUR", "JPY", "KWD", "TND", "KRW", "SEK")
moneys = st.builds(
    Money, minor=st.integers(min_value=-(10**12) + 1, max_value=10**12 - 1), currency=st.sampled_from(CURRENCIES)
)

HOSTILE = (
    *("", " ", "1e3", "12,34", "1,234.50", "+5", " 5", "5 ", "5\n", ".5", "5.", "--5", "1_000", "0x10"),
    *("NaN", "Infinity", "-", "5.0.0", "$5", "5 USD", "１２", "٣", "1٫5", "⁵", "5\x00"),
    *("1" * 13, "1" * 400, "0." + "0" * 400),
)


@given(moneys)
def test_given_any_amount_when_written_and_read_then_it_is_the_same(money: Money) -> None:
    assert Money.parse(money.text, money.currency) == money


@given(moneys)
def test_given_any_amount_when_written_then_it_has_the_decimals_of_its_currency(money: Money) -> None:
    _, _, fraction = money.text.partition(".")

    assert len(fraction) == decimals(money.currency)


@given(st.integers(0, 10**9), st.integers(0, 99))
def test_given_any_decimal_text_when_read_then_the_minor_units_are_a_whole_number(whole: int, cents: int) -> None:
    money = Money.parse(f"{whole}.{cents:02}", "USD")

    assert type(money.minor) is int
    assert money.minor == whole * 100 + cents


@pytest.mark.parametrize("text", HOSTILE)
def test_given_a_hostile_text_when_read_then_it_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="amount"):
        Money.parse(text, "USD")


@pytest.mark.parametrize(("text", "currency"), [("0.001", "USD"), ("10.5", "JPY"), ("1.2345", "KWD"), ("0.009", "EUR")])
def test_given_more_decimals_than_the_currency_has_when_read_then_it_is_refused(text: str, currency: str) -> None:
    with pytest.raises(ValueError, match="more decimals"):
        Money.parse(text, currency)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("45", "USD", 45_00),
        ("45.5", "USD", 45_50),
        ("45.000", "USD", 45_00),
        ("-5.00", "USD", -5_00),
        ("-0.01", "USD", -1),
        ("-0", "USD", 0),
        ("0012.30", "USD", 12_30),
        ("1200", "JPY", 1200),
        ("1200.00", "JPY", 1200),
        ("1.234", "KWD", 1234),
        ("1.2", "BHD", 1200),
        ("9.99", "XYZ", 9_99),  # unknown to ISO 4217: two decimals, as most have
    ],
)
def test_given_a_plain_decimal_when_read_then_it_is_exact(text: str, currency: str, minor: int) -> None:
    assert Money.parse(text, currency) == Money(minor=minor, currency=currency)


@pytest.mark.parametrize("currency", ["", "usd", "US", "USDT", "U$D", "ＵＳＤ", "USD\n"])
def test_given_no_currency_code_when_read_then_it_is_refused(currency: str) -> None:
    with pytest.raises(ValueError, match="currency"):
        Money.parse("1.00", currency)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_given_two_amounts_when_added_and_taken_away_then_nothing_is_lost(one: int, other: int) -> None:
    assert usd(one) + usd(other) - usd(other) == usd(one)


@pytest.mark.parametrize("mix", [Money.__add__, Money.__sub__, Money.__lt__, Money.__le__])
def test_given_two_currencies_when_mixed_then_it_is_refused(mix: object) -> None:
    assert callable(mix)
    with pytest.raises(ValueError, match="EUR"):
        mix(usd(1), zero("EUR"))


@pytest.mark.parametrize(
    ("money", "read_aloud"),
    [
        (usd(1_234_50), "$1,234.50"),
        (usd(-5_00), "-$5.00"),
        (usd(7), "$0.07"),
        (Money(minor=1200, currency="JPY"), "¥1,200"),
        (Money(minor=1_234_50, currency="SEK"), "1,234.50 SEK"),
        (Money(minor=-1_500, currency="KWD"), "-1.500 KWD"),
    ],
)
def test_given_an_amount_when_shown_then_a_person_can_read_it(money: Money, read_aloud: str) -> None:
    assert str(money) == read_aloud

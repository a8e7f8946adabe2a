"""What may stand on a card that a person writes: filled in, selling nothing, and drawn with a pen."""

import pytest

from app.domain.rules import card_words
from app.domain.rules.card_words import LONGEST


@pytest.mark.parametrize(
    "words",
    [
        "Thank you for three years with us.\nSam",
        "Danke, Łukasz: es war schön, von Moka zu lesen! 谢谢",
        "Your order #1001 came back, and so did we: 100 % on us. 5 boots, 2 mugs & a hug",
        "I love the picture (it hangs in our kitchen).",
        "It was 64.50 €, and worth it. B2B, A4 and 24/7 are no codes",
    ],
)
def test_given_words_of_a_person_when_looked_at_then_they_may_be_written(words: str) -> None:
    assert card_words.problem(words) is None


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("Dear {{customer.name}}, thank you", "{{customer.name}}"),
        ("Dear {name}, thank you", "{name}"),
        ("Dear [Name], thank you", "[Name]"),
        ("Dear <customer>, thank you", "<customer>"),
        ("Dear %first_name%, thank you", "%first_name%"),
        ("Dear $NAME, thank you", "$NAME"),
        ("Dear ____, thank you", "____"),
        ("Dear XXX, thank you", "XXX"),
        ("Thank you. TODO: something about the dog", "TODO"),
    ],
)
def test_given_a_gap_that_nobody_filled_in_when_looked_at_then_it_is_named(words: str, named: str) -> None:
    assert card_words.problem(words) == f"“{named}” was not filled in yet."


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("Use SAVE10 next time", "SAVE10"),
        ("Use WELCOME-15 next time", "WELCOME-15"),
        ("Use A1B2C3D4 next time", "A1B2C3D4"),
        ("Here is a coupon for you", "coupon"),
        ("Your Promo Code is inside", "Promo Code"),
        ("We give you 10% off", "10% off"),
        ("Wir schenken dir 20 % Rabatt", "20 % Rabatt"),
    ],
)
def test_given_a_card_that_sells_when_looked_at_then_it_is_refused_and_says_what(words: str, named: str) -> None:
    assert card_words.problem(words) == f"A card sells nothing: please leave out “{named}”."


@pytest.mark.parametrize("words", ["", "  \n\t "])
def test_given_no_words_when_looked_at_then_some_are_asked_for(words: str) -> None:
    assert card_words.problem(words) == "A card wants a few words of your own."


def test_given_more_than_a_card_holds_when_looked_at_then_both_numbers_are_said() -> None:
    assert card_words.problem("y" * LONGEST) is None
    assert card_words.problem("y" * (LONGEST + 1)) == (
        f"That is {LONGEST + 1} characters, and {LONGEST} fit on the card, with your name."
    )


@pytest.mark.parametrize(
    ("words", "named"),
    [("Hooray 🎉", "“🎉”"), ("abc\u202edef", "the character U+202E"), ("a\x00b", "the character U+0000")],
)
def test_given_what_no_pen_can_draw_when_looked_at_then_it_is_named_so_that_it_can_be_seen(
    words: str, named: str
) -> None:
    assert f"A pen cannot write {named}:" in str(card_words.problem(words))

"""How words come out on a vendor's paper, and what of them it cannot take."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.card_paper import laid_out
from app.domain.gifts import Letters, Paper

PRINT = Paper(characters=200)
PEN = Paper(characters=120, width=20, lines=5, letters=Letters.LATIN)
HAND = Paper(characters=400, letters=Letters.DRAWN)


def test_given_lines_that_are_longer_than_the_card_is_wide_when_laid_out_then_they_break_between_words() -> None:
    sheet = laid_out("Thank you for the picture of Moka.\n\nRobin", PEN)

    assert sheet.lines == ("Thank you for the", "picture of Moka.", "", "Robin")
    assert (sheet.left, sheet.wrong) == (120 - 41, ())


def test_given_a_word_that_is_wider_than_the_card_when_laid_out_then_it_is_broken_where_the_card_ends() -> None:
    assert laid_out("y" * 45, PEN).lines == ("y" * 20, "y" * 20, "y" * 5)


@given(st.text(alphabet="ab -\n", max_size=150), st.integers(5, 40))
def test_given_any_words_when_laid_out_then_no_line_is_wider_than_the_card_and_no_letter_is_lost(
    words: str, width: int
) -> None:
    lines = laid_out(words, Paper(characters=500, width=width)).lines

    assert max(map(len, lines)) <= width
    assert "".join("".join(lines).split()) == "".join(words.split())


def test_given_more_than_fits_when_laid_out_then_both_numbers_are_said() -> None:
    assert laid_out("y" * 200, PRINT).wrong == ()
    assert laid_out("y" * 201, PRINT).wrong == ("That is 201 characters, and 200 fit on the card, with your name.",)
    assert laid_out("y\n" * 5 + "y", PEN).wrong == ("That makes 6 lines, and 5 fit on the card.",)


@pytest.mark.parametrize(
    ("paper", "words", "named"),
    [
        (PRINT, "abc\u202edef", "the character U+202E"),
        (PRINT, "a\x00b", "the character U+0000"),
        (PRINT, "a\ud800b", "the character U+D800"),
        (HAND, "Hooray 🎉", "“🎉”"),
        (HAND, "abc\u202edef", "the character U+202E"),
        (PEN, "Hooray 🎉", "“🎉”"),
        (PEN, "谢谢", "“谢”"),
        (PEN, "תודה", "“ת”"),
        (PEN, "Привет", "“П”"),
        (PEN, "H\u20ac\u0301", "“\u0301”"),
    ],
)
def test_given_what_that_paper_cannot_take_when_laid_out_then_it_is_named_so_that_it_can_be_seen(
    paper: Paper, words: str, named: str
) -> None:
    (wrong,) = laid_out(words, paper).wrong

    assert f" {named}: " in wrong


@pytest.mark.parametrize(
    ("paper", "words"),
    [
        (PRINT, "Łukasz 🌷, 谢谢, תודה, 👩‍🌾 – ½"),
        (HAND, "Łukasz, 谢谢, תודה: 5 € & 100 %"),
        (PEN, "Łukasz & Ž: “¿5 €?”"),
    ],
)
def test_given_what_that_paper_can_take_when_laid_out_then_nothing_is_wrong(paper: Paper, words: str) -> None:
    assert laid_out(words, paper).wrong == ()

"""Words that cards may begin with, as they would come out for somebody who is made up."""

import pytest

from app.domain.card_templates import STARTERS, Starter, sample


def test_given_words_with_names_in_them_when_looked_at_then_each_is_filled_and_somebody_signs() -> None:
    shown = sample("Dear {first_name},\n{agent} of {shop}", sympathy=False, shop="Pets & Co")

    assert shown.sheet.lines == ("Dear Alex,", "Robin of Pets & Co", "Robin")
    assert (shown.sheet.left, shown.wrong) == (400 - 35, ())


@pytest.mark.parametrize(
    ("words", "sympathy", "why"),
    [
        ("Dear {name}", False, "“{name}” was not filled in yet."),
        ("It was 12 euros", True, "In a hard time a card names no price"),
        ("Hooray 🎉", False, "A pen cannot write “🎉”"),
        ("y" * 395, False, "That is 401 characters, and 400 fit on the card, with your name."),
        ("", False, "A card wants a few words of your own."),
    ],
)
def test_given_words_that_could_not_go_out_when_looked_at_then_it_says_why(
    words: str, sympathy: bool, why: str
) -> None:
    (wrong,) = sample(words, sympathy=sympathy, shop="Pets & Co").wrong

    assert why in wrong


@pytest.mark.parametrize("starter", STARTERS, ids=lambda each: each.name)
def test_given_words_of_ours_when_looked_at_then_nothing_is_wrong_with_them(starter: Starter) -> None:
    assert sample(starter.words, sympathy=True, shop="Pets & Co").wrong == ()

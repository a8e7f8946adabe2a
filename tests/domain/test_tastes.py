"""A few words of an agent's keep back what a customer must never be sent."""

import pytest

from app.domain import tastes


def test_given_words_with_commas_when_read_then_each_stands_once_as_it_was_first_typed() -> None:
    typed = " dark  chocolate, Tea;tea\n,  ,\u202eoat milk"

    assert tastes.read(typed) == ("dark chocolate", "Tea", "oat milk")


@pytest.mark.parametrize("typed", ["a" * 61, ",".join("abcdefghi")], ids=["too long", "too many"])
def test_given_more_than_anybody_reads_when_read_then_it_is_refused_in_words(typed: str) -> None:
    with pytest.raises(ValueError, match="Please"):
        tastes.read(typed)


@pytest.mark.parametrize(
    ("never", "things", "kept_back"),
    [
        (("nuts",), ("Nut bar",), True),
        (("NUTS",), ("Hazelnuts",), False),
        (("dark chocolate",), ("Milk chocolate",), False),
        (("dark chocolate",), ("Chocolate, dark",), True),
        (("animal products",), ("Wool Socks", "animal products"), True),
        (("!",), ("Mug!",), False),
        ((), ("Mug",), False),
    ],
)
def test_given_what_somebody_never_wants_when_a_thing_is_looked_at_then_every_word_of_it_decides(
    never: tuple[str, ...], things: tuple[str, ...], kept_back: bool
) -> None:
    assert (tastes.unwelcome(never, *things) is not None) is kept_back


@pytest.mark.parametrize(
    ("never", "kept_back"),
    [
        ("flowers", True),
        ("cut flowers", True),
        ("lilies (the cat)", True),
        ("T23-1A", True),
        ("alcohol", False),
    ],
)
def test_given_what_somebody_never_wants_when_flowers_are_to_go_then_one_word_is_enough(
    never: str, kept_back: bool
) -> None:
    assert (tastes.no_flowers((never,), "T23-1A") is not None) is kept_back


def test_given_two_who_turn_out_to_be_one_when_their_tastes_meet_then_nothing_is_lost_or_said_twice() -> None:
    assert tastes.together(("tea", "cake"), ("Tea", "nuts")) == ("Tea", "cake", "nuts")

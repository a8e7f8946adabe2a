"""A ticket's name says whose it is."""

import pytest

from app.domain import tickets


@pytest.mark.parametrize("number", ["42", "SUP-7", "a:b"])
def test_given_a_kind_and_a_number_when_written_then_they_come_apart_again(number: str) -> None:
    assert tickets.apart(tickets.written("other_desk", number)) == ("other_desk", number)


def test_given_a_bare_number_when_taken_apart_then_it_is_from_before_there_were_kinds() -> None:
    assert tickets.apart("42") == (None, "42")

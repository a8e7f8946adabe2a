"""Which pieces an agent means, and when that cannot be told."""

import pytest

from app.domain.refunds import Pieces, SoldLine, WantedItem, choose


def line(line_id: int, place: int, sku: str, *, left: int = 2, sent: int = 2) -> SoldLine:
    return SoldLine(line_id=line_id, place=place, sku=sku, title=sku.title() or "Box", left=left, sent=sent)


LINES = (
    line(71, 1, "TEE-S"),
    line(72, 2, "MUG", left=3, sent=1),
    line(73, 3, "", left=1),
    line(74, 4, "MUG"),
    line(75, 5, "GONE", left=0),
)


def test_given_a_sku_when_chosen_then_all_that_is_left_of_it_is_meant() -> None:
    assert choose((WantedItem(sku="tee-s"),), LINES) == (Pieces(line_id=71, title="Tee-S", quantity=2, sent=True),)


def test_given_a_place_when_chosen_then_it_is_that_line() -> None:
    (chosen,) = choose((WantedItem(place=3, pieces=1),), LINES)

    assert (chosen.line_id, chosen.quantity) == (73, 1)


@pytest.mark.parametrize(("pieces", "sent"), [(1, True), (2, False), (3, False)])
def test_given_pieces_of_which_some_are_still_to_be_sent_when_chosen_then_they_count_as_not_sent(
    pieces: int, sent: bool
) -> None:
    (chosen,) = choose((WantedItem(place=2, pieces=pieces),), LINES)

    assert chosen.sent is sent


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ((WantedItem(sku="SOCKS"),), "no item “SOCKS”"),
        ((WantedItem(place=9),), "no item “#9”"),
        ((WantedItem(sku="MUG"),), "please name its place: #2 or #4"),
        ((WantedItem(sku="TEE-S", pieces=3),), "2 of “Tee-S” can be given back, not 3"),
        ((WantedItem(sku="GONE"),), "“Gone” was given back already"),
        ((WantedItem(sku="TEE-S", pieces=1), WantedItem(place=1, pieces=1)), "named twice"),
    ],
)
def test_given_what_cannot_be_when_chosen_then_the_agent_reads_why(wanted: tuple[WantedItem, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        choose(wanted, LINES)


def test_given_lines_without_a_sku_when_a_blank_one_is_named_then_none_is_taken_for_it() -> None:
    with pytest.raises(ValueError, match="no item"):
        choose((WantedItem(),), LINES)

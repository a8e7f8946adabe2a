"""The room for bodies: large ones share it, small ones always find some, and whoever is answered takes theirs away."""

from contextlib import ExitStack

from app.web.hall import MOST_BYTES, SMALL_BYTES, Hall

MB = 1024 * 1024


def test_given_a_full_hall_when_more_is_brought_then_only_small_bodies_find_room() -> None:
    hall = Hall()
    with ExitStack() as places:
        for _ in range(MOST_BYTES // MB):
            assert places.enter_context(hall.place()).has_room(MB)

        late = places.enter_context(hall.place())
        assert late.has_room(SMALL_BYTES)
        assert not late.has_room(1)


def test_given_a_caller_who_was_answered_or_has_gone_then_their_room_is_free_again() -> None:
    hall = Hall()
    for _ in range(3):
        with hall.place() as place:
            assert place.has_room(MOST_BYTES)
    assert hall.held == 0

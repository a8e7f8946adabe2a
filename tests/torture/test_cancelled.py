"""An order that is cancelled at any boundary of its gift: nothing is sent, or it is taken back; never both."""

from collections.abc import Iterator

import pytest

from tests.torture import gift_flows
from tests.torture.boundaries import Watch
from tests.torture.explore import Tale
from tests.torture.theatre import Theatre, theatre
from tests.torture.weather import CALM


@pytest.fixture(scope="module")
def here() -> Iterator[Theatre]:
    with theatre() as opened:
        yield opened


def test_given_a_gift_under_way_when_its_order_is_cancelled_at_any_boundary_then_it_is_not_given_or_taken_back(
    here: Theatre,
) -> None:
    tale = here.tell("gift", CALM["gift"])
    ends = dict.fromkeys(("withdrawn", "taken_back"), 0)

    for at in range(len(tale.life.moments)):
        how = cancelled_at(tale, tale.life.first_boundary(at))
        ends[how] += 1

    assert all(ends.values()), "both ends must be met, else the boundaries are not where we think they are"


def cancelled_at(tale: Tale, k: int) -> str:
    """Live the tale, let its order be cancelled at that boundary, and hear of it late; return how the gift ended."""
    scene, order = tale.scene, tale.plot
    scene.lay(tale.start)

    def cancel(number: int, _name: str) -> None:
        if number == k:
            scene.call(f"/town/orders/{order}/cancel", {"announce": "lose"})

    scene.watched.watch = Watch(at=cancel)
    gift_flows.paid(scene, order)
    scene.go_on()
    scene.watched.watch = Watch()
    assert scene.call(f"/town/orders/{order}")["cancelled_at"], f"boundary {k} was not met"
    gift_flows.over(scene, order)
    scene.go_on()

    rows = scene.effects("add_gift_line")
    assert (scene.reserved(), scene.spent()) == (0, 0), f"boundary {k}: money is left"
    if not rows or rows[0].state in {"withdrawn", "refused"}:
        assert scene.gifts_on(order) == 0, f"boundary {k}: withdrawn, and given"
        return "withdrawn"
    assert (rows[0].state, rows[0].code) == ("done", "taken_back"), f"boundary {k}"
    return "taken_back"

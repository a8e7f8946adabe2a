"""How far a merchant has come with their first steps, and what their gifts are called."""

from app.store import welcomes
from app.store.base import Sessions, unit_of_work
from app.store.shops import Merchant
from app.store.welcomes import Picked, Steps
from tests.builders import DAY, MUG, NOON, gift_option, usd


def test_given_a_fresh_shop_when_asked_then_no_step_was_taken(sessions: Sessions, shop: Merchant) -> None:
    with unit_of_work(sessions) as session:
        assert welcomes.steps(session, shop_id=shop.id) == Steps()


def test_given_two_steps_when_taken_in_any_order_then_neither_undoes_the_other(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        welcomes.finish(session, shop_id=shop.id, now=NOON)
        welcomes.skip_helpdesk(session, shop_id=shop.id, now=NOON + DAY)

    with unit_of_work(sessions) as session:
        assert welcomes.steps(session, shop_id=shop.id) == Steps(skipped_helpdesk=True, finished=True)


def test_given_a_gift_picked_twice_when_shown_then_it_is_called_as_the_store_called_it_last(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        welcomes.pick(session, shop_id=shop.id, option=gift_option(title="Mug"), now=NOON)
        welcomes.pick(session, shop_id=shop.id, option=gift_option(title="Blue mug" * 50, cost=usd(9_00)), now=NOON)

    with unit_of_work(sessions) as session:
        found = welcomes.picked(session, shop_id=shop.id, currency="USD")
    assert found == {MUG: Picked(title=("Blue mug" * 50)[:255], cost=usd(9_00))}

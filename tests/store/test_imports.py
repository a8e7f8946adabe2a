"""The past is read once, by whoever reads on; who comes second with the same batch leaves no trace."""

import pytest

from app.domain.history import Batch, Export
from app.store import imports
from app.store.base import Sessions, unit_of_work
from app.store.imports import Overtaken, Reading
from app.store.shops import Merchant
from tests.builders import MINUTE, NOON


def reading(sessions: Sessions, shop: Merchant) -> Reading:
    with unit_of_work(sessions) as session:
        return next(each for each in imports.readings(session, shop_id=shop.id) if each.kind is Export.ORDERS)


def test_given_a_batch_that_another_worker_has_kept_when_it_is_kept_again_then_overtaken_and_counted_once(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        imports.begin(session, shop_id=shop.id, now=NOON, since=None)
        imports.asked(session, shop_id=shop.id, kind=Export.ORDERS, handle="gid://file/1", now=NOON)
    seen, batch = reading(sessions, shop), Batch(lines=3, refused=3)
    with unit_of_work(sessions) as session:
        imports.keep(session, shop_id=shop.id, reading=seen, after=0, batch=batch, since=NOON, now=NOON + MINUTE)

    with pytest.raises(Overtaken), unit_of_work(sessions) as session:
        imports.keep(session, shop_id=shop.id, reading=seen, after=0, batch=batch, since=NOON, now=NOON + MINUTE)

    assert (reading(sessions, shop).lines, reading(sessions, shop).things) == (3, 3)


def test_given_a_file_is_read_when_kept_then_it_is_known_since_when_and_until_when_and_forgotten_with_the_file(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        imports.begin(session, shop_id=shop.id, now=NOON, since=None)
        imports.asked(session, shop_id=shop.id, kind=Export.ORDERS, handle="gid://file/1", now=NOON)
    for line in (0, 3):
        seen, batch, now = reading(sessions, shop), Batch(lines=line + 3, refused=3), NOON + (line + 3) * MINUTE
        with unit_of_work(sessions) as session:
            imports.keep(session, shop_id=shop.id, reading=seen, after=line, batch=batch, since=now - MINUTE, now=now)

    found = reading(sessions, shop)
    assert (found.read_from, found.read_to) == (NOON + 2 * MINUTE, NOON + 6 * MINUTE)

    with unit_of_work(sessions) as session:
        imports.asked(session, shop_id=shop.id, kind=Export.ORDERS, handle="gid://file/2", now=NOON)
    assert reading(sessions, shop).read_from is None

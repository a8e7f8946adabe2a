"""Keys rotate: what an older one sealed is sealed anew, and opens as before."""

import pytest
from sqlalchemy import LargeBinary, select

from app.domain.people import Asked, Person
from app.store import grants, privacy, resealing, shops, tables, veil
from app.store.base import Base, Sessions, reading, unit_of_work
from app.store.grants import Pair
from app.store.sealed import Seal, Unsealable
from app.store.shops import Merchant
from tests.builders import DAY, HOUR, NOON

ADA = Person(words=frozenset({"ada@example.com"}))
NEW_KEY = bytes(range(32, 64))


@pytest.fixture
def rotated(seal: Seal) -> Seal:
    return Seal(keys=(NEW_KEY, *seal.keys))


def test_given_every_column_of_secrets_when_looked_at_then_it_can_be_sealed_anew() -> None:
    sealed = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary) and column.name.startswith("sealed_")
    }

    assert set(resealing.PLACES) == sealed


def test_given_secrets_of_every_kind_when_the_key_is_new_then_all_open_without_the_old_one(
    sessions: Sessions, shop: Merchant, seal: Seal, rotated: Seal
) -> None:
    keep_secrets(sessions, shop, seal)

    with unit_of_work(sessions) as session:
        waiting = resealing.older(session, rotated)
        assert resealing.reseal(session, rotated) == waiting >= 5
        assert resealing.reseal(session, rotated) == 0

    alone = Seal(keys=(NEW_KEY,))
    with reading(sessions) as session:
        grant = grants.read(session, shop_id=shop.id, seal=alone)
        account = shops.account(session, shop_id=shop.id, kind="gorgias", seal=alone)
        assert grant is not None
        assert account is not None
        assert (grant.token, grant.refresh_token) == ("shpat_1", "shprt_1")
        assert (account.key, account.secrets) == ("key", ("hook",))
        (request,) = privacy.listed(session, shop_id=shop.id, limit=5)
        assert privacy.copy_of(session, shop_id=shop.id, request_id=request.id, seal=alone) == "all of it"
    with unit_of_work(sessions) as session:
        assert veil.key_of(session, shop_id=shop.id, seal=alone)
        assert privacy.drop_copies_about(session, shop_id=shop.id, person=ADA, seal=alone) == 1


def test_given_a_secret_that_no_key_opens_when_sealed_anew_then_nothing_changes(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    keep_secrets(sessions, shop, seal)
    before = everything(sessions)

    with pytest.raises(Unsealable), unit_of_work(sessions) as session:
        resealing.reseal(session, Seal(keys=(NEW_KEY,)))

    assert everything(sessions) == before


def keep_secrets(sessions: Sessions, shop: Merchant, seal: Seal) -> None:
    pair = Pair(token="shpat_1", expires_at=NOON + HOUR, refresh_token="shprt_1", refresh_expires_at=NOON + 90 * DAY)
    with unit_of_work(sessions) as session:
        turn = grants.begin(session, shop_id=shop.id, now=NOON, lease=HOUR)
        assert turn is not None
        grants.keep(session, shop_id=shop.id, turn=turn, pair=pair, seal=seal, now=NOON)
        shops.connect(
            session, shop_id=shop.id, kind="gorgias", account="a", user="u", key="key", seal=seal, secrets=("hook",)
        )
        asked = privacy.note(session, shop_id=shop.id, kind=Asked.COPY, person=ADA, seal=seal, now=NOON)
        privacy.hand_over(session, shop_id=shop.id, request_id=asked, copy="all of it", seal=seal, now=NOON)


def everything(sessions: Sessions) -> list[object]:
    with reading(sessions) as session:
        return [session.execute(select(table)).all() for table in (tables.Shop.__table__, tables.Grant.__table__)]

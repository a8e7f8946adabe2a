"""One row a shop for its access: who may fetch the next pair, what is kept of it, and what no longer counts."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.store import grants, shops
from app.store.base import Sessions, reading, unit_of_work
from app.store.grants import Grant, Pair, State
from app.store.sealed import Seal, Unsealable
from app.store.shops import Merchant
from app.store.tables import Grant as Row
from app.store.tables import Shop
from tests.builders import DAY, HOUR, MINUTE, NOON, auto_policy, profile
from tests.conftest import let_in
from tests.store.crowd import at_once

NEXT = Pair(
    token="shpat_next",
    expires_at=NOON + HOUR,
    refresh_token="shprt_next",
    refresh_expires_at=NOON + 90 * DAY,
    scopes=frozenset({"write_orders", "read_products"}),
    secret="current",
)


def read(sessions: Sessions, shop_id: int, seal: Seal) -> Grant:
    with reading(sessions) as session:
        found = grants.read(session, shop_id=shop_id, seal=seal)
    assert found is not None
    return found


def begin(sessions: Sessions, shop: Merchant, *, after: timedelta = timedelta(), insisting: bool = False) -> str | None:
    with unit_of_work(sessions) as session:
        return grants.begin(session, shop_id=shop.id, now=NOON + after, lease=MINUTE, insisting=insisting)


def taken(sessions: Sessions, shop: Merchant) -> str:
    turn = begin(sessions, shop)
    assert turn is not None
    return turn


def keep(sessions: Sessions, shop: Merchant, turn: str, seal: Seal, pair: Pair = NEXT) -> bool:
    with unit_of_work(sessions) as session:
        return grants.keep(session, shop_id=shop.id, turn=turn, pair=pair, seal=seal, now=NOON)


def silent(sessions: Sessions, after: timedelta, *, secret: str = NEXT.secret or "") -> list[int]:
    with reading(sessions) as session:
        return grants.worth_renewing(session, now=NOON + after, secret=secret)


def neighbour(sessions: Sessions, seal: Seal, pair: Pair = NEXT) -> int:
    with unit_of_work(sessions) as session:
        who = profile(domain="neighbour.myshopify.com")
        shop_id = shops.install(session, profile=who, policy=auto_policy(), now=NOON)
        let_in(session, shop_id, seal, pair)
    return shop_id


def test_given_a_pair_when_kept_then_it_is_read_back_and_the_merchant_shows_its_scopes(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    assert keep(sessions, shop, taken(sessions, shop), seal)

    found = read(sessions, shop.id, seal)
    assert (found.state, found.token, found.refresh_token) == (State.LIVE, "shpat_next", "shprt_next")
    assert found.good_at(NOON)
    assert not found.good_at(NOON + HOUR)
    with reading(sessions) as session:
        merchant = shops.by_id(session, shop.id)
    assert merchant is not None
    assert (merchant.let_in, merchant.scopes) == (True, NEXT.scopes)


def test_given_many_at_once_when_they_want_the_turn_then_one_of_them_has_it(sessions: Sessions, shop: Merchant) -> None:
    turns = at_once(8, lambda _number: begin(sessions, shop))

    assert len([turn for turn in turns if turn is not None]) == 1


def test_given_a_turn_that_was_not_ended_when_its_lease_is_over_then_it_is_the_next_ones(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    frozen = taken(sessions, shop)
    assert begin(sessions, shop, after=MINUTE / 2) is None
    after = begin(sessions, shop, after=MINUTE)
    assert after is not None

    assert not keep(sessions, shop, frozen, seal)
    assert keep(sessions, shop, after, seal)
    assert not keep(sessions, shop, after, seal, Pair(token="late", expires_at=None))
    assert read(sessions, shop.id, seal).token == "shpat_next"


def test_given_a_failure_that_is_waited_out_when_a_person_looks_then_they_need_not_wait(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        turn = grants.begin(session, shop_id=shop.id, now=NOON, lease=MINUTE)
        assert grants.give_up(session, shop_id=shop.id, turn=turn or "", until=NOON + HOUR)

    assert begin(sessions, shop, after=MINUTE) is None
    assert begin(sessions, shop, after=MINUTE, insisting=True) is not None
    assert begin(sessions, shop, after=MINUTE, insisting=True) is None


def test_given_a_shop_that_leaves_while_a_pair_is_fetched_when_it_arrives_then_it_is_not_kept(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    turn = taken(sessions, shop)
    with unit_of_work(sessions) as session:
        grants.forget(session, shop_id=shop.id)

    assert not keep(sessions, shop, turn, seal)
    found = read(sessions, shop.id, seal)
    assert (found.state, found.reason, found.token) == (State.NEEDS_REAUTH, grants.UNINSTALLED, None)
    with reading(sessions) as session:
        assert session.scalars(select(Shop.sealed_token).where(Shop.id == shop.id)).one() is None


def test_given_an_access_that_was_lost_when_looked_for_work_then_the_shop_is_left_alone(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    keep(sessions, shop, taken(sessions, shop), seal)
    with unit_of_work(sessions) as session:
        shops.note_history(session, shop_id=shop.id, swept_to=NOON - DAY)
        assert shops.due_for_sweep(session, before=NOON, now=NOON, limit=9) == [shop.id]
        turn = grants.begin(session, shop_id=shop.id, now=NOON, lease=MINUTE) or ""
        assert grants.lose(session, shop_id=shop.id, turn=turn, reason="revoked", secret="current", until=NOON + HOUR)

    with reading(sessions) as session:
        assert shops.due_for_sweep(session, before=NOON, now=NOON, limit=9) == []
        merchant = shops.by_id(session, shop.id)
    assert merchant is not None
    assert (merchant.installed, merchant.let_in) == (True, False)
    assert silent(sessions, DAY) == []
    assert silent(sessions, DAY, secret="mended") == [shop.id]
    with reading(sessions) as session:
        after = (MINUTE, HOUR, 89 * DAY, 91 * DAY)
        asked = [grants.to_be_asked_again(session, now=NOON + each) for each in after]
    assert asked == [[], [shop.id], [shop.id], []]


def test_given_a_pair_when_looked_at_as_time_goes_by_then_it_is_renewed_before_it_dies_of_silence(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    keep(sessions, shop, taken(sessions, shop), seal)

    assert silent(sessions, 59 * DAY) == []
    assert silent(sessions, 60 * DAY) == [shop.id]
    assert silent(sessions, HOUR, secret="newer") == [shop.id]


def test_given_tokens_when_kept_then_the_database_does_not_show_them(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    keep(sessions, shop, taken(sessions, shop), seal)
    with reading(sessions) as session:
        columns = (Row.sealed_token, Row.sealed_refresh_token, Shop.sealed_token)
        kept = session.execute(select(*columns).join(Shop, Shop.id == Row.shop_id)).one()

    assert not [each for each in kept if b"shp" in each]
    assert "shp" not in repr(read(sessions, shop.id, seal))


@pytest.mark.parametrize("column", [Row.sealed_token, Row.sealed_refresh_token])
def test_given_two_shops_when_somebody_swaps_their_ciphertexts_then_neither_opens(
    sessions: Sessions, shop: Merchant, seal: Seal, column: object
) -> None:
    keep(sessions, shop, taken(sessions, shop), seal)
    other = neighbour(sessions, seal)
    name = getattr(column, "key", "")
    with unit_of_work(sessions) as session:
        one, two = session.get_one(Row, shop.id), session.get_one(Row, other)
        mine, theirs = getattr(one, name), getattr(two, name)
        setattr(one, name, theirs)
        setattr(two, name, mine)

    for shop_id in (shop.id, other):
        with pytest.raises(Unsealable):
            read(sessions, shop_id, seal)


def test_given_one_shop_when_somebody_swaps_its_two_tokens_then_it_does_not_open(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    keep(sessions, shop, taken(sessions, shop), seal)
    with unit_of_work(sessions) as session:
        swapped = {"sealed_token": Row.sealed_refresh_token, "sealed_refresh_token": Row.sealed_token}
        session.execute(update(Row).where(Row.shop_id == shop.id).values(swapped))

    with pytest.raises(Unsealable):
        read(sessions, shop.id, seal)


def test_given_the_version_before_when_it_looks_for_the_token_then_it_finds_the_newest(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    keep(sessions, shop, taken(sessions, shop), seal)
    with reading(sessions) as session:
        sealed = session.scalars(select(Shop.sealed_token).where(Shop.id == shop.id)).one()

    assert seal.open(sealed or b"", place=f"shops.sealed_token:{shop.domain}") == "shpat_next"

"""Accounts at helpdesks and vendors: sealed, found by shop and by token, and known to be open or not."""

import pytest
from sqlalchemy import select

from app.store import connections
from app.store.base import Sessions, unit_of_work
from app.store.connection_tables import Connection
from app.store.sealed import Seal, Unsealable
from app.store.shops import Merchant
from tests.builders import HOUR, NOON


def test_given_an_account_when_connected_then_it_is_found_by_its_shop_and_by_its_urls_token(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    connect(sessions, shop.id, seal, key="k-1", url_token="tok-1", secrets=("new", "old"))

    with unit_of_work(sessions) as session:
        mine = connections.account(session, shop_id=shop.id, kind="gorgias", seal=seal)
        found = connections.account_by_token(session, kind="gorgias", url_token="tok-1", seal=seal)
        assert connections.account_by_token(session, kind="gorgias", url_token="tok-2", seal=seal) is None
        assert connections.account_by_token(session, kind="florist", url_token="tok-1", seal=seal) is None
    assert mine is not None
    assert mine == found
    assert (mine.shop_id, mine.account, mine.user, mine.key, mine.secrets) == (shop.id, "a", "u", "k-1", ("new", "old"))


def test_given_an_account_when_it_is_printed_then_its_secrets_are_not(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    connect(sessions, shop.id, seal, key="k-canary", url_token="tok", secrets=("s-canary",))

    with unit_of_work(sessions) as session:
        assert "canary" not in repr(connections.account(session, shop_id=shop.id, kind="gorgias", seal=seal))
        row = session.scalars(select(Connection)).one()
    assert b"canary" not in row.sealed_key + (row.sealed_secrets or b"")
    assert row.token_digest != "tok"


def test_given_an_account_when_connected_again_then_the_old_keys_are_gone(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    connect(sessions, shop.id, seal, key="k-1", url_token="tok-1", secrets=("old",))
    connect(sessions, shop.id, seal, key="k-2")

    with unit_of_work(sessions) as session:
        found = connections.account(session, shop_id=shop.id, kind="gorgias", seal=seal)
        assert connections.account_by_token(session, kind="gorgias", url_token="tok-1", seal=seal) is None
    assert found is not None
    assert (found.key, found.secrets) == ("k-2", ())


def test_given_two_columns_when_somebody_swaps_their_ciphertexts_then_neither_opens(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    connect(sessions, shop.id, seal, key="k-1", secrets=("s-1",))
    with unit_of_work(sessions) as session:
        row = session.scalars(select(Connection)).one()
        row.sealed_key, row.sealed_secrets = row.sealed_secrets or b"", row.sealed_key

    with unit_of_work(sessions) as session, pytest.raises(Unsealable):
        connections.account(session, shop_id=shop.id, kind="gorgias", seal=seal)


def test_given_several_accounts_when_asked_for_then_all_come_by_kind_as_each_would_alone(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    connect(sessions, shop.id, seal, key="k-1", secrets=("s",))
    with unit_of_work(sessions) as session:
        connections.connect(session, shop_id=shop.id, kind="florist", account="f", user="u", key="k-2", seal=seal)

    with unit_of_work(sessions) as session:
        found = connections.accounts(session, shop_id=shop.id, seal=seal)
        alone = {kind: connections.account(session, shop_id=shop.id, kind=kind, seal=seal) for kind in found}
    assert [*found] == ["gorgias", "florist"]
    assert found == alone


def test_given_a_key_that_is_not_taken_when_met_again_and_again_then_it_is_news_once_and_the_first_moment_stays(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    connect(sessions, shop.id, seal, key="k-1")
    with unit_of_work(sessions) as session:
        moments = (NOON, NOON + HOUR)
        told = [connections.broke(session, shop_id=shop.id, kind="gorgias", now=moment) for moment in moments]

    assert told == [True, False]
    with unit_of_work(sessions) as session:
        assert [(each.kind, each.since) for each in connections.broken(session, shop_id=shop.id)] == [("gorgias", NOON)]
        account = connections.account(session, shop_id=shop.id, kind="gorgias", seal=seal)
        assert account is not None
        assert account.broken


def test_given_a_key_that_is_taken_again_when_met_again_and_again_then_it_is_news_once(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    connect(sessions, shop.id, seal, key="k-1")
    with unit_of_work(sessions) as session:
        connections.broke(session, shop_id=shop.id, kind="gorgias", now=NOON)
        told = [connections.mended(session, shop_id=shop.id, kind="gorgias") for _ in range(2)]

    assert told == [True, False]
    with unit_of_work(sessions) as session:
        assert connections.broken(session, shop_id=shop.id) == []


def test_given_a_broken_account_when_connected_again_then_it_is_whole(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    connect(sessions, shop.id, seal, key="k-1")
    with unit_of_work(sessions) as session:
        connections.broke(session, shop_id=shop.id, kind="gorgias", now=NOON)
    connect(sessions, shop.id, seal, key="k-2")

    with unit_of_work(sessions) as session:
        assert connections.broken(session, shop_id=shop.id) == []


def connect(
    sessions: Sessions,
    shop_id: int,
    seal: Seal,
    *,
    key: str,
    url_token: str | None = None,
    secrets: tuple[str, ...] = (),
) -> None:
    with unit_of_work(sessions) as session:
        connections.connect(
            session,
            shop_id=shop_id,
            kind="gorgias",
            account="a",
            user="u",
            key=key,
            seal=seal,
            url_token=url_token,
            secrets=secrets,
        )

"""A new key in front, everything sealed anew, the old key gone: nothing is lost, and nobody had to stop."""

import pytest
from sqlalchemy import LargeBinary, event, select, update

from app.domain.agents import Role
from app.domain.people import Asked, Person
from app.store import (
    agents,
    asks,
    chain,
    connections,
    desk_keys,
    grants,
    login_asks,
    mails,
    privacy,
    resealing,
    samples,
    story_mails,
    veil,
)
from app.store.base import Base, Sessions, unit_of_work
from app.store.connection_tables import Connection
from app.store.grants import Pair
from app.store.sealed import Seal
from app.store.shops import Merchant
from app.store.tables import Grant
from tests.builders import DAY, NOON, address
from tests.conftest import let_in

NEW_KEY = b"n" * 32
NEW = Seal(keys=(NEW_KEY,))
ADA = Person(ids=frozenset({55}), words=frozenset(), orders=frozenset())


@pytest.fixture
def both(seal: Seal) -> Seal:
    """A seal with a new key before the old one."""
    return Seal(keys=(NEW_KEY, *seal.keys))


@pytest.fixture
def full(sessions: Sessions, shop: Merchant, seal: Seal) -> Merchant:
    """A shop with a secret in every sealed column."""
    with unit_of_work(sessions) as session:
        let_in(session, shop.id, seal, Pair(token="shpat_1", expires_at=None, refresh_token="shprt_1"))
        connections.connect(
            session,
            shop_id=shop.id,
            kind="gorgias",
            account="a",
            user="u",
            key="key",
            seal=seal,
            url_token="t",
            secrets=("s",),
            refresh="r",
            expires_at=NOON,
        )
        request = privacy.note(session, shop_id=shop.id, kind=Asked.COPY, person=ADA, seal=seal, now=NOON)
        privacy.hand_over(session, shop_id=shop.id, request_id=request, copy="all of it", seal=seal, now=NOON)
        chain.seal_some(session, shop_id=shop.id, seal=seal)
        sam = agents.add(
            session, shop_id=shop.id, name="Sam", email="sam@x.example", email_digest="d", role=Role.LEAD, seal=seal
        )
        known = {"shop_id": shop.id, "seal": seal, "now": NOON}
        said = {"key": "m-1", "subject": "Hi", "text": "Hello.", "until": NOON + DAY}
        mails.queue(session, agent_id=sam or 0, **said, **known)
        reader = {"address": "owner@x.example", "digest": "o", "language": "en", "most": 1}
        story_mails.ask(session, shop_id=shop.id, seal=seal, **reader)
        login_asks.keep(session, email="sam@x.example", desk="a1", about="", browser="b", **known)
        asks.begin(session, shop_id=shop.id, effect_id=7, now=NOON)
        asks.asked(session, shop_id=shop.id, effect_id=7, expires_at=NOON + DAY, until=NOON + DAY, now=NOON)
        samples.ask(session, kind="gorgias", email="ann@x.example", **known)
        asks.answer(session, effect_id=7, door=address(), **known)
    return shop


def token(sessions: Sessions, shop: Merchant, seal: Seal) -> tuple[str | None, str | None]:
    with unit_of_work(sessions) as session:
        found = grants.read(session, shop_id=shop.id, seal=seal)
    assert found is not None
    return found.token, found.refresh_token


def test_given_a_new_key_when_resealed_then_all_opens_without_the_old_one(
    sessions: Sessions, full: Merchant, both: Seal
) -> None:
    with unit_of_work(sessions) as session:
        waiting = resealing.older(session, both)
    found = resealing.reseal(sessions, both)

    assert found.anew == waiting
    assert (found.anew, found.left) == (len(resealing.COLUMNS) - 1, [])  # nobody was a guest yet
    assert token(sessions, full, NEW) == ("shpat_1", "shprt_1")
    with unit_of_work(sessions) as session:
        account = connections.account(session, shop_id=full.id, kind="gorgias", seal=NEW)
        assert account is not None
        assert asks.address(session, shop_id=full.id, effect_id=7, seal=NEW) == address()
        given = desk_keys.read(session, shop_id=full.id, kind="gorgias", seal=NEW)
        assert given is not None
        assert given.refresh == "r"
        assert (account.key, account.secrets, account.url_token) == ("key", ("s",), "t")
        taken = mails.take(session, shop_id=full.id, seal=NEW, now=NOON)
        asked = login_asks.take(session, shop_id=full.id, seal=NEW)
        assert (taken and taken.text, asked and asked.email) == ("Hello.", "sam@x.example")
        (reader,) = story_mails.readers(session, shop_id=full.id, seal=NEW)
        assert reader.address == "owner@x.example"
        sample = samples.listed(session, shop_id=full.id)["gorgias"]
        assert samples.email_of(sample, seal=NEW) == "ann@x.example"
        assert veil.key_of(session, shop_id=full.id, seal=NEW)
        assert [one.email for one in agents.listed(session, shop_id=full.id, seal=NEW)] == ["sam@x.example"]
        (request,) = privacy.listed(session, shop_id=full.id, limit=1)
        assert privacy.copy_of(session, shop_id=full.id, request_id=request.id, seal=NEW) == "all of it"
        assert privacy.drop_copies_about(session, shop_id=full.id, person=ADA, seal=NEW) == 1  # who asked can be read


def test_given_all_resealed_when_done_again_then_nothing_is_to_do(
    sessions: Sessions, full: Merchant, both: Seal
) -> None:
    resealing.reseal(sessions, both)

    assert resealing.reseal(sessions, both).anew == 0


def test_given_more_rows_than_one_transaction_takes_when_it_died_half_way_then_the_next_run_finishes(
    sessions: Sessions, full: Merchant, both: Seal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "FEW", 1)
    engine = sessions.kw["bind"]
    commits: list[object] = []

    def die(*_: object) -> None:
        commits.append(None)
        if len(commits) == 3:
            raise KeyboardInterrupt

    event.listen(engine, "commit", die)
    with pytest.raises(KeyboardInterrupt):
        resealing.reseal(sessions, both)
    event.remove(engine, "commit", die)

    assert token(sessions, full, both) == ("shpat_1", "shprt_1")
    assert resealing.reseal(sessions, both).left == []
    assert token(sessions, full, NEW) == ("shpat_1", "shprt_1")


def test_given_a_token_that_is_renewed_meanwhile_when_resealed_then_the_newer_one_stays(
    sessions: Sessions, full: Merchant, both: Seal
) -> None:
    with unit_of_work(sessions) as session:
        row = session.get_one(Grant, full.id)
        renewed = both.close("shpat_2", place=grants.token_place(full.domain))
        session.execute(update(Grant).values(sealed_token=renewed).execution_options(synchronize_session=False))
        column = next(each for each in resealing.COLUMNS if each.secret is Grant.sealed_token)

        assert not resealing._anew(session, both, column, row, full.id)  # it still has the older one in hand

    assert token(sessions, full, both)[0] == "shpat_2"


def test_given_a_secret_of_a_lost_key_when_resealed_then_it_is_named_and_left_alone(
    sessions: Sessions, full: Merchant, both: Seal
) -> None:
    lost = Seal(keys=(b"l" * 32,)).close("key", place=f"connections.key:{full.id}:gorgias")
    with unit_of_work(sessions) as session:
        session.execute(update(Connection).values(sealed_key=lost))

    found = resealing.reseal(sessions, both)

    (left,) = found.left
    assert left.startswith("Connection.sealed_key ")
    with unit_of_work(sessions) as session:
        assert session.scalars(select(Connection.sealed_key)).one() == lost


def test_given_every_sealed_column_when_looked_for_then_reseal_knows_it() -> None:
    sealed = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary) and column.name.startswith("sealed_")
    }

    assert sealed == {f"{each.secret.table.name}.{each.secret.key}" for each in resealing.COLUMNS}

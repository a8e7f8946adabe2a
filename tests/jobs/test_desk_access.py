"""One key for all workers, and one of them at a time fetches the next."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from app.domain.errors import Busy, KeyRefused, Unavailable
from app.store import connections, desk_keys
from app.store.base import Sessions, unit_of_work
from app.store.sealed import Seal
from app.store.shops import Merchant
from integrations.companies import Granted
from integrations.registry import FIRST_HELPDESK
from jobs import desk_access
from jobs.desk_access import FIRST_PAUSE, LEASE, REFUSED_PAUSE, SOON, DeskAccess
from tests.builders import HOUR, SettableClock

KIND, DAY = FIRST_HELPDESK, timedelta(days=1)


@dataclass
class Endpoint:
    """Gives keys, counts who asks, and says what it is told to say."""

    says: Exception | None = None
    asked: list[str] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None
    refresh: str | None = "r-2"

    def __call__(self, refresh: str) -> Granted:
        self.asked.append(refresh)
        self.meanwhile()
        if self.says is not None:
            raise self.says
        return Granted(token=f"t-{len(self.asked) + 1}", lives=DAY, refresh=self.refresh)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One account whose key was given to us, and workers that use it."""

    sessions: Sessions
    seal: Seal
    shop_id: int
    clock: SettableClock
    endpoint: Endpoint

    def worker(self) -> DeskAccess:
        known = {"shop_id": self.shop_id, "kind": KIND, "sessions": self.sessions, "seal": self.seal}
        return DeskAccess(now=self.clock.now, refresh=self.endpoint, **known)

    def broke(self) -> None:
        with unit_of_work(self.sessions) as session:
            connections.broke(session, shop_id=self.shop_id, kind=KIND, now=self.clock.now())


@pytest.fixture
def house(sessions: Sessions, shop: Merchant, seal: Seal, clock: SettableClock) -> House:
    with unit_of_work(sessions) as session:
        connections.connect(
            session,
            shop_id=shop.id,
            kind=KIND,
            account="acme",
            user="u",
            key="t-1",
            seal=seal,
            refresh="r-1",
            expires_at=clock.now() + DAY,
        )
    return House(sessions=sessions, seal=seal, shop_id=shop.id, clock=clock, endpoint=Endpoint())


def test_given_a_key_with_some_life_when_used_then_nobody_is_asked(house: House) -> None:
    house.clock.forward(DAY - SOON - timedelta(seconds=1))

    assert house.worker().token() == "t-1"
    assert house.endpoint.asked == []


def test_given_a_key_that_is_about_to_end_when_used_then_the_next_one_is_kept_for_everybody(house: House) -> None:
    house.clock.forward(DAY - SOON)

    assert [house.worker().token(), house.worker().token()] == ["t-2", "t-2"]
    house.clock.forward(DAY)
    assert house.worker().token() == "t-3"
    assert house.endpoint.asked == ["r-1", "r-2"]


def test_given_no_new_way_to_the_next_key_when_renewed_then_the_one_we_have_is_used_again(house: House) -> None:
    house.endpoint.refresh = None
    for _ in range(2):
        house.clock.forward(DAY)
        house.worker().token()

    assert house.endpoint.asked == ["r-1", "r-1"]


@pytest.mark.parametrize("over", [False, True])
def test_given_eight_workers_when_all_need_another_key_then_one_of_them_asks(house: House, over: bool) -> None:
    if over:
        house.clock.forward(DAY)
    ready, found = threading.Barrier(8), []

    def work() -> None:
        worker = house.worker()
        ready.wait()
        found.append(worker.token() if over else worker.renew("t-1"))

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert found == ["t-2"] * 8
    assert house.endpoint.asked == ["r-1"]


def test_given_a_turn_that_is_somebodys_when_another_would_take_it_then_they_may_not_until_it_is_over(
    house: House,
) -> None:
    def begin() -> bool:
        with unit_of_work(house.sessions) as session:
            about = {"shop_id": house.shop_id, "kind": KIND, "now": house.clock.now()}
            return desk_keys.begin(session, lease=LEASE, **about) is not None

    assert [begin(), begin()] == [True, False]
    house.clock.forward(LEASE)
    assert begin()


def test_given_a_key_that_is_refused_when_somebody_fetched_another_then_that_one_is_used(house: House) -> None:
    slow, quick = house.worker(), house.worker()
    assert slow.token() == "t-1"
    assert quick.renew("t-1") == "t-2"

    assert slow.renew("t-1") == "t-2"
    assert house.endpoint.asked == ["r-1"]


def test_given_an_answer_that_is_lost_when_the_pause_is_over_then_the_old_way_is_tried_again(house: House) -> None:
    house.clock.forward(DAY)
    house.endpoint.says = Unavailable("no answer")
    with pytest.raises(Unavailable):
        house.worker().token()
    with pytest.raises(Unavailable):
        house.worker().token()
    assert house.endpoint.asked == ["r-1"]

    house.endpoint.says = None
    house.clock.forward(desk_access.PAUSE)
    assert house.worker().token() == "t-3"
    assert house.endpoint.asked == ["r-1", "r-1"]


def test_given_a_key_with_a_little_life_when_no_other_is_to_be_had_then_it_is_used_to_its_end(house: House) -> None:
    house.clock.forward(DAY - SOON)
    house.endpoint.says = Unavailable("no answer")

    assert house.worker().token() == "t-1"
    assert house.endpoint.asked == ["r-1"]


def test_given_a_helpdesk_that_lets_us_in_no_more_when_used_then_it_is_asked_once_more_soon_and_then_hours_later(
    house: House,
) -> None:
    house.clock.forward(DAY)
    house.endpoint.says = KeyRefused("no more")
    for asked in (1, 1, 2, 2, 2):
        with pytest.raises(KeyRefused):
            house.worker().token()
        house.broke()
        assert len(house.endpoint.asked) == asked
        house.clock.forward(FIRST_PAUSE / 2)

    house.endpoint.says = None
    house.clock.forward(REFUSED_PAUSE)
    assert house.worker().token() == "t-4"


def test_given_a_worker_that_dies_while_it_asks_when_its_turn_is_over_then_another_asks(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_access, "PATIENCE_SECONDS", 0.0)
    house.clock.forward(DAY)
    house.endpoint.says = KeyboardInterrupt()  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        house.worker().token()
    house.endpoint.says = None
    with pytest.raises(Busy):
        house.worker().token()

    house.clock.forward(LEASE)
    assert house.worker().token() == "t-3"


def test_given_a_worker_that_froze_while_it_asked_when_it_wakes_then_it_writes_nothing(house: House) -> None:
    house.clock.forward(DAY)

    def freeze() -> None:
        house.endpoint.meanwhile = lambda: None
        house.clock.forward(LEASE)
        assert house.worker().token() == "t-3"

    house.endpoint.meanwhile = freeze
    with pytest.raises(Busy):
        house.worker().token()
    assert house.worker().token() == "t-3"


def test_given_an_account_that_was_connected_by_key_since_when_used_then_nothing_was_given_there(house: House) -> None:
    with unit_of_work(house.sessions) as session:
        known = {"kind": KIND, "account": "acme", "user": "u", "key": "k", "seal": house.seal}
        connections.connect(session, shop_id=house.shop_id, **known)
        assert desk_keys.read(session, shop_id=house.shop_id, kind=KIND, seal=house.seal) is None

    with pytest.raises(KeyRefused):
        house.worker().token()


def test_given_two_keys_when_looked_at_as_they_are_kept_then_neither_is_there_to_be_read(house: House) -> None:
    assert "t-1" not in repr(house.worker())
    with unit_of_work(house.sessions) as session:
        found = desk_keys.read(session, shop_id=house.shop_id, kind=KIND, seal=house.seal)
    assert found is not None
    assert (found.token, found.refresh) == ("t-1", "r-1")
    assert not {"t-1", "r-1"} & set(repr(found).split("'"))
    assert found.expires_at - house.clock.now() > HOUR

"""The month's story by mail: figures to whoever asked, once, in their language; never while stopped, or of nothing."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from app.domain.errors import Rejected, Unavailable, Uncertain
from app.domain.policy import Language, Policy
from app.store import shops, story_mails, switch
from app.store.base import reading, unit_of_work
from app.store.shops import Merchant
from app.store.story_mails import Reader
from app.store.tables import Effect, Shop
from jobs import story_mails as mails
from jobs.runtime import World
from jobs.story_mails import Asked
from tests.builders import DAY, SettableClock
from tests.jobs.postman import Played

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

OWNER = "owner.canary@x.example"
FIRST = datetime(2026, 12, 1, 14, tzinfo=UTC)  # nine in the morning in New York


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One shop on the first of December, whose owner asked to be told; in November two bouquets were sent."""

    world: World
    merchant: Merchant
    postman: Played
    clock: SettableClock

    def tell(self) -> list[str]:
        """Do what a worker does that was rung for; return what it logs."""
        with capture_logs() as logs:
            mails.tell(self.world, self.merchant.id)
        return [entry["event"] for entry in logs]

    def ask(self, address: str = OWNER, language: str = "en") -> Asked:
        return mails.ask(self.world, self.merchant, address=address, language=language)

    def readers(self) -> list[Reader]:
        with reading(self.world.sessions) as session:
            return story_mails.readers(session, shop_id=self.merchant.id, seal=self.world.seal)

    def gave(self, customer_id: int, at: datetime = FIRST - 9 * DAY) -> None:
        with unit_of_work(self.world.sessions) as session:
            session.add(
                Effect(
                    shop_id=self.merchant.id,
                    key=f"flowers:{customer_id}",
                    kind="send_flowers",
                    rule="flowers",
                    state="done",
                    payload={"message": "Ada Canary, so sorry."},
                    because="Ada Canary",
                    customer_id=customer_id,
                    cost_minor=48_50,
                    due_at=at,
                    ended_at=at,
                    created_at=at,
                )
            )


@pytest.fixture
def house(world: World, shop: Merchant, clock: SettableClock) -> House:
    clock.forward(FIRST - clock.now())
    here = House(world=replace(world, postman=(postman := Played())), merchant=shop, postman=postman, clock=clock)
    here.ask()
    return here


@pytest.fixture
def kind_house(house: House) -> House:
    for customer_id in (55, 56):
        house.gave(customer_id)
    return house


def test_given_a_month_when_told_then_its_figures_go_out_once_and_nobodys_name_with_them(kind_house: House) -> None:
    assert kind_house.tell() == ["story.begun", "mail.sent"]
    assert kind_house.tell() == []

    (mail,) = kind_house.postman.carried
    assert (mail.to, mail.subject) == (OWNER, f"November 2026 at {kind_house.merchant.name}")
    for said in (mail.text, mail.html):
        assert "2 customers were given something they had not paid for: 2 bouquets." in said
        assert "$97.00" in said
        assert mail.leave in said
        assert "/story/2026-11" in said
        assert "Canary" not in said
    assert kind_house.readers()[0].sent_at == FIRST


def test_given_a_reader_of_french_when_told_then_all_of_it_is_french(kind_house: House) -> None:
    kind_house.ask(language="fr")
    kind_house.tell()

    (mail,) = kind_house.postman.carried
    assert mail.subject.startswith("Novembre 2026 chez")
    assert "2 clients ont reçu quelque chose qu’ils n’avaient pas payé\N{NO-BREAK SPACE}: 2 bouquets." in mail.text
    assert "97,00\N{NO-BREAK SPACE}$US" in mail.text
    assert '<html lang="fr">' in mail.html


def test_given_a_shop_with_a_language_when_told_then_it_goes_before_the_readers(kind_house: House) -> None:
    with unit_of_work(kind_house.world.sessions) as session:
        policy = Policy(language=Language.FRENCH)
        shops.change_policy(session, shop_id=kind_house.merchant.id, policy=policy, now=FIRST)
    kind_house.tell()

    assert kind_house.postman.carried[0].subject.startswith("Novembre 2026")


def test_given_a_month_with_nothing_in_it_when_looked_at_then_nobody_is_written_to(house: House) -> None:
    house.gave(55, at=FIRST - 40 * DAY)

    assert [house.tell(), house.tell()] == [["story.nothing"], []]
    assert house.postman.carried == []


def test_given_a_month_that_ended_before_the_shop_came_when_looked_at_then_nobody_is_written_to(
    kind_house: House,
) -> None:
    with unit_of_work(kind_house.world.sessions) as session:
        session.get_one(Shop, kind_house.merchant.id).installed_at = FIRST

    assert kind_house.tell() == ["story.nothing"]
    assert kind_house.postman.carried == []


def stop(house: House) -> None:
    with unit_of_work(house.world.sessions) as session:
        shops.pause(session, shop_id=house.merchant.id, paused=True)


def stop_all(house: House) -> None:
    with unit_of_work(house.world.sessions) as session:
        switch.stop(session, because="fire", now=FIRST)


def go(house: House) -> None:
    with unit_of_work(house.world.sessions) as session:
        shops.uninstall(session, shop_id=house.merchant.id, triggered_at=FIRST, now=FIRST)


def put_back(house: House) -> None:
    """Put the books back from a copy, that knows of nothing that happened since."""
    with unit_of_work(house.world.sessions) as session:
        session.get_one(Shop, house.merchant.id).restored_at = FIRST


@pytest.mark.parametrize("why", [stop, stop_all, go, put_back])
def test_given_a_switch_or_a_shop_that_left_when_told_then_nobody_is_written_to(
    kind_house: House, why: Callable[[House], None]
) -> None:
    why(kind_house)
    kind_house.tell()

    assert kind_house.postman.carried == []


@pytest.mark.parametrize("why", [stop, stop_all, go])
def test_given_a_switch_between_two_mails_when_told_then_the_second_does_not_leave(
    kind_house: House, why: Callable[[House], None]
) -> None:
    kind_house.ask("partner@x.example")
    kind_house.postman.meanwhile = lambda: why(kind_house)
    kind_house.tell()

    assert len(kind_house.postman.carried) == 1


def test_given_a_server_without_time_when_told_then_it_is_tried_again_as_long_as_the_month_is_young(
    kind_house: House,
) -> None:
    kind_house.postman.says = Unavailable("the mail server has no time (451)")
    assert kind_house.tell() == ["story.begun", "mail.not_now"]
    assert kind_house.tell() == []
    kind_house.clock.forward(timedelta(days=6, hours=14, minutes=59, seconds=59))
    assert kind_house.tell() == ["mail.lost"]


@pytest.mark.parametrize("problem", [Rejected("The mail server said no (550)."), Uncertain("no answer")])
def test_given_a_no_or_no_answer_when_told_then_it_is_not_sent_again(kind_house: House, problem: Exception) -> None:
    kind_house.postman.says = problem
    assert kind_house.tell() == ["story.begun", "mail.lost"]
    kind_house.postman.says = None
    kind_house.clock.forward(DAY)

    assert kind_house.tell() == []
    assert kind_house.readers()[0].problem == str(problem)


def test_given_the_link_of_a_mail_when_followed_then_it_leads_to_its_reader_and_no_other_link_does(
    kind_house: House,
) -> None:
    kind_house.tell()
    token = kind_house.postman.carried[0].leave.rpartition("/")[2]

    assert mails.whose(kind_house.world, token) == (kind_house.merchant.id, 1, "en")
    for forged in (token[:-4], f"{token}aaaa", "", "é", "a" * 9_999, token[::-1]):
        assert mails.whose(kind_house.world, forged) is None


@pytest.mark.parametrize(
    "address", ["", "owner", "a@b", "a@x.example,b@x.example", "Sam <a@x.example>", "a@x.example\n"]
)
def test_given_what_is_no_address_when_asked_for_then_nobody_is_added(house: House, address: str) -> None:
    assert house.ask(address) is Asked.NO_ADDRESS
    assert len(house.readers()) == 1

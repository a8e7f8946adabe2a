"""For whom nothing is suggested for a while: until when, who said so, after a merge, and once they are forgotten."""

from datetime import datetime

from app.domain.agents import Role
from app.domain.card import NotNow
from app.domain.people import Person
from app.store import agents, erasing, people, snoozes
from app.store.base import Session, Sessions, unit_of_work
from app.store.sealed import Seal
from app.store.shops import Merchant
from tests.builders import DAY, NOON

ADA, BOB = 55, 56


def hired(session: Session, shop: Merchant, seal: Seal, name: str = "Sam") -> int:
    known = {"email": f"{name}@x.example", "email_digest": name[0] * 64, "role": Role.AGENT}
    number = agents.add(session, shop_id=shop.id, name=name, seal=seal, **known)
    assert number is not None
    return number


def not_now(session: Session, shop: Merchant, customer: int, now: datetime = NOON) -> NotNow | None:
    return snoozes.not_now(session, shop_id=shop.id, customer_id=customer, now=now)


def test_given_a_not_now_when_asked_then_it_says_until_when_and_who_and_is_over_by_itself(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    with unit_of_work(sessions) as session:
        sam = hired(session, shop, seal)
        snoozes.snooze(session, shop_id=shop.id, customer_id=ADA, agent_id=sam, until=NOON + 7 * DAY)

        assert not_now(session, shop, ADA) == NotNow(until=NOON + 7 * DAY, said_by="Sam")
        assert not_now(session, shop, ADA, NOON + 7 * DAY) is None
        assert not_now(session, shop, BOB) is None


def test_given_a_second_not_now_when_asked_then_the_last_word_counts_and_can_be_taken_back(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    with unit_of_work(sessions) as session:
        sam, lea = hired(session, shop, seal), hired(session, shop, seal, "Lea")
        for agent, days in ((sam, 90), (lea, 7)):
            snoozes.snooze(session, shop_id=shop.id, customer_id=ADA, agent_id=agent, until=NOON + days * DAY)

        assert not_now(session, shop, ADA) == NotNow(until=NOON + 7 * DAY, said_by="Lea")
        assert snoozes.wake(session, shop_id=shop.id, customer_id=ADA)
        assert not_now(session, shop, ADA) is None
        assert not snoozes.wake(session, shop_id=shop.id, customer_id=ADA)


def test_given_two_customers_who_are_one_when_asked_then_the_longer_word_stands(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    with unit_of_work(sessions) as session:
        sam = hired(session, shop, seal)
        for customer, days in ((ADA, 7), (BOB, 30)):
            snoozes.snooze(session, shop_id=shop.id, customer_id=customer, agent_id=sam, until=NOON + days * DAY)

        people.rehome(session, shop_id=shop.id, kept=ADA, deleted=BOB, now=NOON)

        assert (not_now(session, shop, ADA), not_now(session, shop, BOB)) == (
            NotNow(until=NOON + 30 * DAY, said_by="Sam"),
            None,
        )


def test_given_somebody_who_is_forgotten_or_gone_when_asked_then_nothing_was_ever_put_off_for_them(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    with unit_of_work(sessions) as session:
        sam = hired(session, shop, seal)
        for customer in (ADA, BOB):
            snoozes.snooze(session, shop_id=shop.id, customer_id=customer, agent_id=sam, until=NOON + DAY)
        ada = Person(ids=frozenset({ADA}))
        erasing.forget_person(session, shop_id=shop.id, person=ada, letters=(), key=b"key", now=NOON)
        people.orphan(session, shop_id=shop.id, customer_id=BOB)

        assert [not_now(session, shop, customer) for customer in (ADA, BOB)] == [None, None]


def test_given_what_is_over_when_tidied_then_it_goes_and_nothing_else(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    with unit_of_work(sessions) as session:
        sam = hired(session, shop, seal)
        for customer, days in ((ADA, 1), (BOB, 3)):
            snoozes.snooze(session, shop_id=shop.id, customer_id=customer, agent_id=sam, until=NOON + days * DAY)

        assert snoozes.prune(session, shop_id=shop.id, before=NOON + 2 * DAY) == 1
        assert not_now(session, shop, BOB) is not None

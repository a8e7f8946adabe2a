"""Who is preparing something for whom: the first one's word stands for some minutes, and holds nobody up."""

from dataclasses import dataclass
from datetime import datetime

import pytest

from app.domain.agents import Role
from app.domain.people import Person
from app.store import agents, attentions, erasing, orders, veil
from app.store.agent_tables import Attention as Row
from app.store.attentions import LASTS, Attention
from app.store.base import Sessions, unit_of_work
from app.store.sealed import Seal
from app.store.shops import Merchant
from tests.builders import MINUTE, NOON, order
from tests.store.crowd import at_once


@dataclass(frozen=True, slots=True)
class Team:
    """Sam and Lea of one shop, and what they prepare."""

    sessions: Sessions
    shop_id: int
    sam: int
    lea: int

    def take(self, agent: int, *, customer: int = 55, what: str = "flowers", now: datetime = NOON) -> Attention | None:
        with unit_of_work(self.sessions) as session:
            return attentions.take(
                session, shop_id=self.shop_id, customer_id=customer, agent_id=agent, what=what, now=now
            )

    def seen_by(self, agent: int, *, customer: int = 55, now: datetime = NOON) -> Attention | None:
        with unit_of_work(self.sessions) as session:
            return attentions.of_others(session, shop_id=self.shop_id, customer_id=customer, agent_id=agent, now=now)


@pytest.fixture
def team(sessions: Sessions, shop: Merchant, seal: Seal) -> Team:
    hired = []
    with unit_of_work(sessions) as session:
        for name in ("sam", "lea"):
            known = {"name": name, "email": f"{name}@x.example", "email_digest": name, "role": Role.AGENT}
            hired.append(agents.add(session, shop_id=shop.id, seal=seal, **known) or 0)
    return Team(sessions, shop.id, *hired)


def test_given_nobody_at_it_when_taken_then_it_is_theirs_and_colleagues_see_it(team: Team) -> None:
    assert team.take(team.sam) is None

    assert team.seen_by(team.lea) == Attention(agent_id=team.sam, what="flowers", since=NOON)
    assert team.seen_by(team.sam) is None
    assert team.seen_by(team.lea, customer=56) is None


def test_given_a_colleague_at_it_when_taken_then_theirs_stands_and_is_told(team: Team) -> None:
    team.take(team.sam)

    assert team.take(team.lea, what="refund_keep", now=NOON + MINUTE) == Attention(
        agent_id=team.sam, what="flowers", since=NOON
    )
    assert team.seen_by(team.sam) is None


def test_given_one_at_it_when_they_take_it_again_then_it_is_about_the_new_thing_and_lasts_anew(team: Team) -> None:
    team.take(team.sam)
    later = NOON + LASTS - MINUTE

    assert team.take(team.sam, what="refund_keep", now=later) is None

    seen = team.seen_by(team.lea, now=NOON + LASTS)
    assert seen is not None
    assert (seen.what, seen.since) == ("refund_keep", later)


def test_given_one_at_it_when_their_minutes_are_over_then_nobody_is_and_the_next_may(team: Team) -> None:
    team.take(team.sam)

    assert team.seen_by(team.lea, now=NOON + LASTS) is None
    assert team.take(team.lea, now=NOON + LASTS) is None


def test_given_one_at_two_customers_when_they_let_go_of_one_then_the_other_stays_until_they_leave(team: Team) -> None:
    for customer in (55, 56):
        team.take(team.sam, customer=customer)
    team.take(team.lea, customer=57)

    with unit_of_work(team.sessions) as session:
        attentions.let_go(session, shop_id=team.shop_id, agent_id=team.sam, customer_id=55)
    assert team.seen_by(team.lea) is None
    assert team.seen_by(team.lea, customer=56) is not None

    with unit_of_work(team.sessions) as session:
        attentions.let_go(session, shop_id=team.shop_id, agent_id=team.sam)
    assert team.seen_by(team.lea, customer=56) is None
    assert team.seen_by(team.sam, customer=57) is not None


def test_given_two_at_once_when_both_take_it_then_one_of_them_is_told_of_the_other(team: Team) -> None:
    told = at_once(2, lambda number: team.take((team.sam, team.lea)[number]))

    assert sorted(each is None for each in told) == [False, True]


def test_given_one_at_it_when_the_customer_is_merged_or_forgotten_then_no_row_names_them(
    team: Team, sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    with unit_of_work(sessions) as session:
        orders.record(session, shop_id=shop.id, order=order(customer_id=56))
    for customer in (55, 56):
        team.take(team.sam, customer=customer)

    with unit_of_work(sessions) as session:
        orders.rehome(session, shop_id=shop.id, kept=55, deleted=56, now=NOON)
        assert [row.customer_id for row in session.query(Row)] == [55]
        key = veil.key_of(session, shop_id=shop.id, seal=seal)
        person = Person(ids=frozenset({55}))
        erasing.forget_person(session, shop_id=shop.id, person=person, letters=(), key=key, now=NOON)
        assert session.query(Row).count() == 0


def test_given_words_that_are_over_when_the_night_comes_then_they_are_dropped(team: Team) -> None:
    team.take(team.sam)
    team.take(team.lea, customer=56, now=NOON + LASTS)

    with unit_of_work(team.sessions) as session:
        attentions.forget_old(session, shop_id=team.shop_id, before=NOON + LASTS + MINUTE)
        assert [row.customer_id for row in session.query(Row)] == [56]

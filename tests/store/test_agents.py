"""A merchant's team: everybody once, whoever was let go stays known, and a number is one person's."""

import pytest

from app.domain.agents import Agent, Member, Role
from app.store import agents
from app.store.base import Session, Sessions, unit_of_work
from app.store.sealed import Seal, Unsealable
from app.store.shops import Merchant
from app.store.watch_tables import Trail


def hire(session: Session, shop: Merchant, seal: Seal, name: str = "Sam", role: Role = Role.AGENT) -> int | None:
    email = f"{name.lower()}@x.example"
    return agents.add(session, shop_id=shop.id, name=name, email=email, email_digest=f"d-{name}", role=role, seal=seal)


def number(session: Session, shop: Merchant, seal: Seal, name: str = "Sam") -> int:
    found = hire(session, shop, seal, name)
    assert found is not None
    return found


def test_given_an_address_when_taken_in_twice_then_the_first_stays_as_they_were(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    with unit_of_work(sessions) as session:
        first = number(session, shop, seal)
        again = hire(session, shop, seal, role=Role.LEAD)
        known = agents.listed(session, shop_id=shop.id, seal=seal)

    assert again is None
    assert known == [Agent(id=first, name="Sam", email="sam@x.example", role=Role.AGENT, active=True)]


def test_given_somebody_let_go_when_looked_for_then_they_come_last_and_their_presses_are_known(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    with unit_of_work(sessions) as session:
        ann, sam = number(session, shop, seal, "Ann"), number(session, shop, seal)
        assert agents.set_active(session, shop_id=shop.id, agent_id=ann, active=False)

        assert [one.id for one in agents.listed(session, shop_id=shop.id, seal=seal)] == [sam, ann]
        assert agents.member(session, shop_id=shop.id, email_digest="d-Ann") == Member(id=ann, active=False)
        assert agents.member(session, shop_id=shop.id, email_digest="d-Sam") == Member(id=sam, active=True)
        assert agents.member(session, shop_id=shop.id, email_digest="nobody's") is None


def test_given_nobody_of_that_number_when_changed_then_the_answer_says_so(sessions: Sessions, shop: Merchant) -> None:
    with unit_of_work(sessions) as session:
        assert not agents.set_role(session, shop_id=shop.id, agent_id=7, role=Role.LEAD)
        assert not agents.introduce(session, shop_id=shop.id, agent_id=7, kind="desk", ref="1")


def test_given_a_number_at_a_helpdesk_when_it_is_given_to_another_then_it_is_theirs_alone(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    with unit_of_work(sessions) as session:
        ann, sam = number(session, shop, seal, "Ann"), number(session, shop, seal)
        for whose, ref in ((ann, "2"), (sam, "3"), (sam, "2")):
            agents.introduce(session, shop_id=shop.id, agent_id=whose, kind="desk", ref=ref)
        agents.introduce(session, shop_id=shop.id, agent_id=ann, kind="other", ref="2")

        found = agents.known(session, shop_id=shop.id, kind="desk", ref="2", seal=seal)
        assert found is not None
        assert found.id == sam
        assert agents.known(session, shop_id=shop.id, kind="desk", ref="3", seal=seal) is None
        assert agents.numbers(session, shop_id=shop.id) == {sam: {"desk": "2"}, ann: {"other": "2"}}


def test_given_an_address_at_rest_when_opened_for_another_shop_then_it_stays_shut(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    sealed = seal.close("sam@x.example", place=agents.place(shop.id))

    with pytest.raises(Unsealable):
        seal.open(sealed, place=agents.place(shop.id + 1))


def test_given_changes_to_the_team_when_the_trail_is_read_then_it_tells_of_numbers_and_of_no_name(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    with unit_of_work(sessions) as session:
        sam = number(session, shop, seal)
        agents.set_role(session, shop_id=shop.id, agent_id=sam, role=Role.LEAD)
        agents.set_active(session, shop_id=shop.id, agent_id=sam, active=False)
    with unit_of_work(sessions) as session:
        told = [(row.what, row.why) for row in session.query(Trail).order_by(Trail.id) if row.what.startswith("agent")]

    assert told == [
        ("agent_added", f"agent {sam}, agent"),
        ("agent_changed", f"agent {sam}, lead"),
        ("agent_changed", f"agent {sam}, let go"),
    ]


def test_given_limits_of_their_own_when_set_and_lifted_then_everybody_reads_them_and_the_trail_tells(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    with unit_of_work(sessions) as session:
        sam = number(session, shop, seal)
        assert agents.set_limits(session, shop_id=shop.id, agent_id=sam, limit_minor=0, month_minor=300_00)
        (listed,) = agents.listed(session, shop_id=shop.id, seal=seal)
        pressing = agents.member(session, shop_id=shop.id, email_digest="d-Sam")
        assert agents.set_limits(session, shop_id=shop.id, agent_id=sam, limit_minor=None, month_minor=None)
        free = agents.member(session, shop_id=shop.id, email_digest="d-Sam")
    with unit_of_work(sessions) as session:
        told = [row.why for row in session.query(Trail).order_by(Trail.id) if row.what == "agent_changed"]

    assert (listed.limit_minor, listed.month_minor) == (0, 300_00)
    assert pressing == Member(id=sam, active=True, limit_minor=0, month_minor=300_00)
    assert free == Member(id=sam, active=True)
    assert told == [f"agent {sam}, limits 0 and 30000", f"agent {sam}, limits usual and usual"]


def test_given_leads_when_one_of_them_is_asked_about_then_only_the_last_who_is_active_leads_alone(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    with unit_of_work(sessions) as session:
        lea, kim, sam = (number(session, shop, seal, name) for name in ("Lea", "Kim", "Sam"))
        for lead in (lea, kim):
            agents.set_role(session, shop_id=shop.id, agent_id=lead, role=Role.LEAD)
        both = [agents.leads_alone(session, shop_id=shop.id, agent_id=one) for one in (lea, kim, sam)]
        agents.set_active(session, shop_id=shop.id, agent_id=kim, active=False)
        one_left = [agents.leads_alone(session, shop_id=shop.id, agent_id=one) for one in (lea, kim, sam)]

    assert both == [False, False, False]
    assert one_left == [True, False, False]

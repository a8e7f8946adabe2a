"""Signed in by a link that was made for one person, in one browser, and only as long as the team has them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from app.domain.agents import Role
from app.store import agent_sessions, agents
from app.store.agent_sessions import AT_MOST, FRAME_LASTS, LINK_LASTS, QUIET_FOR, REMEMBERED, Visitor
from app.store.agent_tables import AgentSession, LoginLink
from app.store.base import Sessions, unit_of_work
from app.store.sealed import Seal
from app.store.shops import Merchant
from app.store.tables import Shop
from tests.builders import NOON

BLINK = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sam:
    """One agent of a shop, and what they do at the door."""

    sessions: Sessions
    shop_id: int
    seal: Seal
    id: int

    def link(self, now: datetime = NOON) -> str:
        with unit_of_work(self.sessions) as session:
            code = agent_sessions.link(session, shop_id=self.shop_id, agent_id=self.id, now=now)
        assert code is not None
        return code

    def enter(self, code: str, browser: str = "mine", now: datetime = NOON) -> str | None:
        with unit_of_work(self.sessions) as session:
            entered = agent_sessions.enter(session, code=code, browser=browser, seal=self.seal, now=now)
        return None if entered is None else entered[0]

    def signed_in(self, now: datetime = NOON) -> str:
        token = self.enter(self.link(now), now=now)
        assert token is not None
        return token

    def framed(self, word: str = "a word", now: datetime = NOON) -> str | None:
        """Let a helpdesk vouch for them by its word."""
        about = {"shop_id": self.shop_id, "agent_id": self.id, "vouched_by": word}
        with unit_of_work(self.sessions) as session:
            entered = agent_sessions.admit(session, seal=self.seal, now=now, **about)
        return None if entered is None else entered[0]

    def who(self, token: str, now: datetime = NOON) -> Visitor | None:
        with unit_of_work(self.sessions) as session:
            return agent_sessions.who(session, token=token, seal=self.seal, now=now)


@pytest.fixture
def sam(sessions: Sessions, shop: Merchant, seal: Seal) -> Sam:
    with unit_of_work(sessions) as session:
        known = {"name": "Sam", "email": "sam@x.example", "email_digest": "d", "role": Role.LEAD}
        number = agents.add(session, shop_id=shop.id, seal=seal, **known)
    assert number is not None
    return Sam(sessions=sessions, shop_id=shop.id, seal=seal, id=number)


def test_given_a_link_when_a_browser_brings_it_then_its_token_says_who_looks(sam: Sam) -> None:
    visitor = sam.who(sam.signed_in())

    assert visitor is not None
    assert (visitor.shop_id, visitor.agent.name, visitor.agent.role) == (sam.shop_id, "Sam", Role.LEAD)


def test_given_a_link_when_another_browser_brings_it_too_then_the_first_alone_is_let_in(sam: Sam) -> None:
    code = sam.link()

    assert sam.enter(code, "first") is not None
    assert sam.enter(code, "second") is None
    assert sam.enter(code, "first") is not None  # its answer was lost


def test_given_a_link_when_it_is_late_or_a_newer_one_was_made_then_it_opens_nothing(sam: Sam) -> None:
    older = sam.link()
    newer = sam.link()

    assert sam.enter(older) is None
    assert sam.enter(newer, now=NOON + LINK_LASTS) is None
    assert sam.enter(newer, now=NOON + LINK_LASTS - BLINK) is not None


def test_given_a_session_when_silent_too_long_then_it_is_over_and_otherwise_it_stays(sam: Sam) -> None:
    token = sam.signed_in()
    visitor = sam.who(token, NOON + QUIET_FOR - BLINK)
    assert visitor is not None
    assert sam.who(token, NOON + QUIET_FOR) is None

    with unit_of_work(sam.sessions) as session:
        stay = {"shop_id": sam.shop_id, "session_id": visitor.session_id}
        agent_sessions.stay(session, **stay, now=NOON + QUIET_FOR - BLINK)
        assert session.get_one(AgentSession, visitor.session_id).expires_at == NOON + 2 * QUIET_FOR - BLINK
        agent_sessions.stay(session, **stay, now=NOON + AT_MOST - BLINK)

    assert sam.who(token, NOON + AT_MOST - BLINK) is not None
    assert sam.who(token, NOON + AT_MOST) is None


def test_given_somebody_signed_in_when_let_go_then_their_token_and_their_link_are_worth_nothing_at_once(
    sam: Sam,
) -> None:
    token, code = sam.signed_in(), sam.link()
    with unit_of_work(sam.sessions) as session:
        agents.set_active(session, shop_id=sam.shop_id, agent_id=sam.id, active=False)
        assert agent_sessions.link(session, shop_id=sam.shop_id, agent_id=sam.id, now=NOON) is None

    assert sam.who(token) is None
    assert sam.enter(code) is None


def test_given_two_browsers_when_signed_out_in_one_then_the_other_stays_and_revoking_ends_both(sam: Sam) -> None:
    one, other = sam.signed_in(), sam.signed_in()
    visitor = sam.who(one)
    assert visitor is not None
    with unit_of_work(sam.sessions) as session:
        assert agent_sessions.signed_in(session, shop_id=sam.shop_id, now=NOON)[sam.id].browsers == 2
        agent_sessions.leave(session, shop_id=sam.shop_id, session_id=visitor.session_id, now=NOON)
    assert (sam.who(one), sam.who(other) is None) == (None, False)

    with unit_of_work(sam.sessions) as session:
        agent_sessions.revoke(session, shop_id=sam.shop_id, agent_id=sam.id)
    assert sam.who(other) is None


def test_given_a_shop_that_took_the_app_out_when_its_agents_look_then_nobody_is_known(sam: Sam) -> None:
    token = sam.signed_in()
    with unit_of_work(sam.sessions) as session:
        session.get_one(Shop, sam.shop_id).uninstalled_at = NOON

    assert sam.who(token) is None


def test_given_codes_and_tokens_when_the_books_are_read_then_neither_stands_in_them(sam: Sam) -> None:
    token, code = sam.signed_in(), sam.link()

    with unit_of_work(sam.sessions) as session:
        kept = [str(vars(row)) for table in (AgentSession, LoginLink) for row in session.query(table)]
    assert len(kept) == 2
    assert not any(secret in text for secret in (token, code) for text in kept)


def test_given_sessions_that_are_over_when_somebody_signs_in_anew_then_those_are_gone(sam: Sam) -> None:
    sam.signed_in()
    sam.signed_in(NOON + AT_MOST)

    with unit_of_work(sam.sessions) as session:
        assert session.query(AgentSession).count() == 1


def test_given_a_helpdesks_word_when_it_comes_twice_then_it_lets_in_once_though_they_have_left_meanwhile(
    sam: Sam,
) -> None:
    token = sam.framed()
    assert token is not None
    assert sam.framed() is None
    visitor = sam.who(token)
    assert visitor is not None

    with unit_of_work(sam.sessions) as session:
        agent_sessions.leave(session, shop_id=sam.shop_id, session_id=visitor.session_id, now=NOON)

    assert sam.who(token) is None
    assert sam.framed("another", NOON + REMEMBERED - BLINK) is not None
    assert sam.framed(now=NOON + REMEMBERED - BLINK) is None


def test_given_many_frames_when_counted_then_they_are_one_browser_and_each_is_over_after_a_days_work(sam: Sam) -> None:
    sam.signed_in()
    token, *_ = (sam.framed(f"word {number}") or "" for number in range(3))
    with unit_of_work(sam.sessions) as session:
        assert agent_sessions.signed_in(session, shop_id=sam.shop_id, now=NOON)[sam.id].browsers == 2

    soon = NOON + FRAME_LASTS - BLINK
    visitor = sam.who(token, soon)
    assert visitor is not None
    with unit_of_work(sam.sessions) as session:
        agent_sessions.stay(session, shop_id=sam.shop_id, session_id=visitor.session_id, now=soon)
    assert sam.who(token, soon) is not None
    assert sam.who(token, NOON + FRAME_LASTS) is None


def test_given_somebody_who_was_let_go_when_a_helpdesk_vouches_for_them_then_they_stay_outside(sam: Sam) -> None:
    with unit_of_work(sam.sessions) as session:
        agents.set_active(session, shop_id=sam.shop_id, agent_id=sam.id, active=False)

    assert sam.framed() is None

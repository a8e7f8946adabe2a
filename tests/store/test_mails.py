"""Mails leave once or never, and asks for a link are answered by one worker, for one browser."""

from datetime import datetime, timedelta

import pytest

from app.domain.agents import Role
from app.store import agent_sessions, agents, login_asks, mails
from app.store.base import Sessions, unit_of_work
from app.store.login_asks import LASTS
from app.store.mail_tables import LoginAsk, Mail
from app.store.mails import Taken
from app.store.sealed import Seal
from app.store.shops import Merchant
from tests.builders import MINUTE, NOON

BLINK = timedelta(seconds=1)


class Team:
    """One shop with Sam in it."""

    def __init__(self, sessions: Sessions, shop: Merchant, seal: Seal) -> None:
        self.sessions, self.seal, self.shop_id = sessions, seal, shop.id
        with unit_of_work(sessions) as session:
            known = {"name": "Sam", "email": "sam@x.example", "email_digest": "d", "role": Role.LEAD}
            number = agents.add(session, shop_id=shop.id, seal=seal, **known)
        assert number is not None
        self.sam = number

    def queue(self, key: str = "m-1", text: str = "Hello.") -> bool:
        with unit_of_work(self.sessions) as session:
            about = {"shop_id": self.shop_id, "agent_id": self.sam, "seal": self.seal, "now": NOON}
            return mails.queue(session, key=key, subject="Hi", text=text, until=NOON + LASTS, **about)

    def take(self, now: datetime = NOON) -> Taken | None:
        with unit_of_work(self.sessions) as session:
            return mails.take(session, shop_id=self.shop_id, seal=self.seal, now=now)

    def row(self) -> Mail:
        with unit_of_work(self.sessions) as session:
            return session.query(Mail).one()

    def ask(self, browser: str = "mine") -> str:
        """Ask, and be answered; return the link's code."""
        about = {"shop_id": self.shop_id, "seal": self.seal}
        with unit_of_work(self.sessions) as session:
            said = {"email": "sam@x.example", "desk": "a1", "about": "pass", "browser": browser}
            login_asks.keep(session, now=NOON, **about, **said)
            asked = login_asks.take(session, **about)
            assert asked is not None
            assert (asked.email, asked.desk, asked.about) == ("sam@x.example", "a1", "pass")
            return login_asks.answer(session, shop_id=self.shop_id, ask_id=asked.id, agent_id=self.sam, now=NOON)

    def enter(self, code: str, browser: str, now: datetime = NOON) -> bool:
        with unit_of_work(self.sessions) as session:
            opens = agent_sessions.opens(session, code=code, browser=browser, now=now)
            entered = agent_sessions.enter(session, code=code, browser=browser, seal=self.seal, now=now)
        assert opens is (entered is not None)
        return opens


@pytest.fixture
def team(sessions: Sessions, shop: Merchant, seal: Seal) -> Team:
    return Team(sessions, shop, seal)


def test_given_a_mail_when_taken_then_nobody_else_takes_it_whatever_becomes_of_who_did(team: Team) -> None:
    team.queue()
    taken = team.take()

    assert taken is not None
    assert (taken.to, taken.subject, taken.text, taken.tries) == ("sam@x.example", "Hi", "Hello.", 1)
    assert team.take(NOON + LASTS) is None
    assert team.row().problem == mails.ON_ITS_WAY


def test_given_a_key_that_was_used_when_queued_again_then_it_is_the_same_mail(team: Team) -> None:
    assert [team.queue(text="Hello."), team.queue(text="Hello again.")] == [True, False]


def test_given_a_mail_that_left_when_looked_at_then_nothing_of_its_words_is_kept(team: Team) -> None:
    team.queue()
    assert b"Hello" not in (team.row().sealed_words or b"")
    taken = team.take()
    assert taken is not None
    with unit_of_work(team.sessions) as session:
        mails.sent(session, taken, now=NOON)

    row = team.row()
    assert (row.sealed_words, row.problem, row.sent_at, row.next_try_at) == (None, None, NOON, None)


def test_given_a_mail_that_was_not_taken_when_its_pause_is_over_then_it_is_tried_again(team: Team) -> None:
    team.queue()
    taken = team.take()
    assert taken is not None
    with unit_of_work(team.sessions) as session:
        mails.later(session, taken, why="No time.", at=NOON + MINUTE)

    assert team.take(NOON + MINUTE - BLINK) is None
    again = team.take(NOON + MINUTE)
    assert again is not None
    assert again.tries == 2


def test_given_a_mail_that_never_leaves_when_looked_at_then_why_is_kept_and_its_words_are_not(team: Team) -> None:
    team.queue()
    taken = team.take()
    assert taken is not None
    with unit_of_work(team.sessions) as session:
        mails.lost(session, taken, why="No such mailbox.")

    row = team.row()
    assert (row.sealed_words, row.problem, row.sent_at, row.next_try_at) == (None, "No such mailbox.", None, None)


def test_given_somebody_let_go_when_their_mail_is_taken_then_it_has_no_reader(team: Team) -> None:
    team.queue()
    with unit_of_work(team.sessions) as session:
        agents.set_active(session, shop_id=team.shop_id, agent_id=team.sam, active=False)

    taken = team.take()
    assert taken is not None
    assert taken.to is None


def test_given_mails_and_asks_when_nobody_has_any_use_for_them_then_they_are_gone(team: Team) -> None:
    team.queue()
    team.ask()
    about = {"shop_id": team.shop_id}
    with unit_of_work(team.sessions) as session:
        assert [each.clear_out(session, now=NOON, **about) for each in (mails, login_asks)] == [0, 0]
        assert [each.clear_out(session, now=NOON + LASTS, **about) for each in (mails, login_asks)] == [1, 1]


def test_given_something_to_do_when_the_ticker_looks_then_the_shop_is_named_once_and_not_too_early(team: Team) -> None:
    def due(now: datetime) -> list[int]:
        with unit_of_work(team.sessions) as session:
            return mails.due(session, now=now, limit=9)

    assert due(NOON) == []
    team.queue()
    assert (due(NOON - BLINK), due(NOON)) == ([], [team.shop_id])
    team.take()
    assert due(NOON) == []
    with unit_of_work(team.sessions) as session:
        asked = {"email": "e", "desk": "a", "about": "", "browser": "b"}
        login_asks.keep(session, shop_id=team.shop_id, seal=team.seal, now=NOON, **asked)
    assert due(NOON) == [team.shop_id]


def test_given_a_link_by_mail_when_another_browser_brings_it_then_it_opens_nothing_to_it_ever(team: Team) -> None:
    code = team.ask(browser="mine")

    assert [team.enter(code, browser) for browser in ("theirs", "", "mine", "mine", "theirs")] == [
        *(False, False, True, True, False)
    ]


def test_given_a_link_by_mail_when_it_is_late_then_it_opens_nothing(team: Team) -> None:
    code = team.ask()

    assert team.enter(code, "mine", NOON + LASTS - BLINK)
    assert not team.enter(code, "mine", NOON + LASTS)


def test_given_somebody_let_go_when_their_mailed_link_is_brought_then_it_opens_nothing(team: Team) -> None:
    code = team.ask()
    with unit_of_work(team.sessions) as session:
        agent_sessions.revoke(session, shop_id=team.shop_id, agent_id=team.sam)

    assert not team.enter(code, "mine")


def test_given_a_stranger_who_asks_in_somebodys_name_when_they_have_a_link_already_then_it_goes_on_working(
    team: Team,
) -> None:
    mine = team.ask(browser="mine")
    handed_over = ""
    with unit_of_work(team.sessions) as session:
        handed_over = agent_sessions.link(session, shop_id=team.shop_id, agent_id=team.sam, now=NOON) or ""
    team.ask(browser="a stranger's")

    assert team.enter(mine, "mine")
    assert team.enter(handed_over, "mine")


def test_given_an_answer_when_looked_at_then_nothing_is_kept_of_what_was_said(team: Team) -> None:
    code = team.ask()

    with unit_of_work(team.sessions) as session:
        row = session.query(LoginAsk).one()
    assert (row.sealed_said, row.agent_id) == (None, team.sam)
    assert code not in (row.code_digest or "")

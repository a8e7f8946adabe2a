"""Login links by mail: for the team alone, a few an hour, each sent once, and no word of an address anywhere else."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from app.domain.agents import Role
from app.domain.errors import Rejected, Unavailable, Uncertain
from app.domain.mail import Mail
from app.store import connections, switch
from app.store.base import reading, unit_of_work
from app.store.mail_tables import LoginAsk
from app.store.mail_tables import Mail as Row
from app.store.shops import Merchant
from jobs import agent_door, agent_login, mails, passes, team, ticker
from jobs.runtime import World
from tests.builders import SettableClock
from tests.connected import connect
from tests.jobs.postman import Played

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

SAM, BROWSER = "sam.canary@x.example", "b" * 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """One shop whose team is mailed."""

    world: World
    merchant: Merchant
    postman: Played
    clock: SettableClock
    desk: str

    def ask(self, email: str = SAM, browser: str = BROWSER, about: str = "") -> None:
        agent_login.ask(self.world, desk=self.desk, email=email, about=about, browser=browser)

    def post(self) -> list[str]:
        """Do what a worker does that was rung for; return what it logs."""
        with capture_logs() as logs:
            mails.post(self.world, self.merchant.id)
        return [entry["event"] for entry in logs]

    def count(self, table: type[Row] | type[LoginAsk]) -> int:
        with reading(self.world.sessions) as session:
            return session.query(table).count()


@pytest.fixture
def office(world: World, shop: Merchant, clock: SettableClock) -> Office:
    postman = Played()
    here = replace(world, postman=postman)
    with unit_of_work(here.sessions) as session:
        connect(session, here, shop.id)
        (desk,) = connections.public_ids(session, shop_id=shop.id).values()
    team.add(here, shop, name="Sam Rivera", email=SAM, role=Role.AGENT)
    return Office(world=here, merchant=shop, postman=postman, clock=clock, desk=desk)


def code_in(mail: Mail) -> str:
    return mail.text.partition("in=")[2].split()[0]


def test_given_one_of_the_team_when_they_ask_then_a_link_comes_that_signs_their_browser_in(office: Office) -> None:
    office.ask()
    assert office.post() == ["agent.asked", "mail.sent"]

    (mail,) = office.postman.carried
    assert (mail.to, mail.subject) == (SAM, agent_login.SUBJECT)
    assert "Sam Rivera" in mail.text
    assert agent_door.come_in(office.world, code=code_in(mail), browser="x" * 32) is None
    token = agent_door.come_in(office.world, code=code_in(mail), browser=BROWSER)
    visitor = agent_door.who(office.world, token or "")
    assert visitor is not None
    assert visitor.agent.name == "Sam Rivera"


def test_given_a_ticket_when_they_ask_there_then_the_link_leads_back_to_it(office: Office) -> None:
    address = passes.made(office.world, office.merchant, "gorgias", ticket_id="42", customer_id=55) or ""
    office.ask(about=address.partition("#pass=")[2])
    office.post()

    (mail,) = office.postman.carried
    assert f"{address}&in=" in mail.text


@pytest.mark.parametrize("about", ["forged", "https://evil.example/", "x\r\nBcc: eve@evil.example", "a&in=planted"])
def test_given_what_is_no_pass_when_they_ask_with_it_then_no_word_of_it_is_mailed(office: Office, about: str) -> None:
    office.ask(about=about)
    office.post()

    (mail,) = office.postman.carried
    assert about not in mail.text
    assert f"/desk/{office.desk}#in=" in mail.text


@pytest.mark.parametrize("email", ["eve@evil.example", "sam.canary@x.example.evil.example", "", "%", "sam.canary@*"])
def test_given_somebody_of_no_team_when_they_ask_then_nobody_is_mailed_and_nothing_is_kept(
    office: Office, email: str
) -> None:
    office.ask(email)
    assert office.post() == ["agent.asked"]

    assert office.postman.carried == []
    assert (office.count(Row), office.count(LoginAsk)) == (0, 0)


def test_given_somebody_let_go_when_they_ask_then_nobody_is_mailed(office: Office) -> None:
    with reading(office.world.sessions) as session:
        number = session.execute(text("SELECT id FROM agents")).scalar_one()
    team.set_active(office.world, office.merchant, number, active=False)
    office.ask()
    office.post()

    assert office.postman.carried == []


def test_given_sixty_four_asks_when_answered_then_three_mails_are_sent_and_three_more_an_hour_later(
    office: Office,
) -> None:
    for number in range(64):
        office.ask(browser=f"{number:032}")
    office.post()
    assert len(office.postman.carried) == agent_login.MOST_AN_HOUR

    office.clock.forward(timedelta(hours=1))
    for number in range(agent_login.MOST_AN_HOUR + 1):
        office.ask(browser=f"{number:032}")
    office.post()
    assert len(office.postman.carried) == 2 * agent_login.MOST_AN_HOUR


def test_given_strangers_who_ask_without_end_when_counted_then_only_some_a_minute_are_even_kept(
    office: Office,
) -> None:
    for number in range(64):
        office.ask(f"stranger.{number}@evil.example")
    assert office.count(LoginAsk) == agent_login.MOST_A_MINUTE

    office.clock.forward(timedelta(minutes=1))
    office.ask()
    assert office.count(LoginAsk) == agent_login.MOST_A_MINUTE + 1


def test_given_an_ask_when_kept_then_no_answer_there_knew_whose_address_it_is(office: Office) -> None:
    """The page's call writes the same rows for everybody; only a worker looks for the address."""
    written = []
    for email in (SAM, "eve@evil.example"):
        before = office.count(LoginAsk)
        office.ask(email)
        written.append(office.count(LoginAsk) - before)

    assert written == [1, 1]
    assert office.postman.carried == []


@pytest.mark.parametrize("desk", ["", "nobodys", "f" * 32])
def test_given_no_such_desk_when_asked_at_then_nothing_is_kept(office: Office, desk: str) -> None:
    agent_login.ask(office.world, desk=desk, email=SAM, about="", browser=BROWSER)

    assert office.count(LoginAsk) == 0


def test_given_a_server_that_has_no_time_when_posted_then_it_is_tried_again_until_nobody_has_any_use_for_it(
    office: Office,
) -> None:
    office.postman.says = Unavailable("no time")
    office.ask()
    assert office.post() == ["agent.asked", "mail.not_now"]
    assert office.post() == []

    office.clock.forward(timedelta(seconds=2))
    assert office.post() == ["mail.not_now"]
    office.postman.says = None
    office.clock.forward(timedelta(seconds=4))
    assert office.post() == ["mail.sent"]


def test_given_a_server_that_is_away_for_long_when_posted_then_a_link_that_is_over_is_not_sent(
    office: Office,
) -> None:
    office.postman.says = Unavailable("no time", retry_after=15 * 60)
    office.ask()

    assert office.post() == ["agent.asked", "mail.lost"]


@pytest.mark.parametrize("problem", [Rejected("No such mailbox."), Uncertain("no answer")])
def test_given_a_no_or_no_answer_when_posted_then_it_is_not_sent_again(office: Office, problem: Exception) -> None:
    office.postman.says = problem
    office.ask()
    assert office.post() == ["agent.asked", "mail.lost"]

    office.postman.says = None
    office.clock.forward(timedelta(minutes=5))
    assert office.post() == []
    assert office.postman.carried == []


def test_given_a_worker_that_dies_over_a_mail_when_another_comes_then_it_is_not_sent_again(office: Office) -> None:
    office.postman.says = KeyboardInterrupt()  # type: ignore[assignment]
    office.ask()
    with pytest.raises(KeyboardInterrupt):
        office.post()

    office.postman.says = None
    assert office.post() == []
    assert office.postman.carried == []


def test_given_two_workers_when_both_are_rung_then_each_mail_leaves_once(office: Office) -> None:
    office.ask()
    office.postman.meanwhile = lambda: mails.post(replace(office.world, postman=other), office.merchant.id)
    other = Played()
    office.post()

    assert (len(office.postman.carried), other.carried) == (1, [])


def test_given_everything_is_stopped_when_posted_then_nothing_leaves_until_it_goes_on(office: Office) -> None:
    office.ask()
    with unit_of_work(office.world.sessions) as session:
        switch.stop(session, because="a test", now=office.world.clock.now())
    assert office.post() == []

    with unit_of_work(office.world.sessions) as session:
        switch.release(session, now=office.world.clock.now())
    assert office.post() == ["agent.asked", "mail.sent"]


def test_given_no_mail_server_when_posted_then_nobody_is_answered(office: Office) -> None:
    office.ask()
    mails.post(replace(office.world, postman=None), office.merchant.id)

    assert office.count(LoginAsk) == 1


def test_given_a_secret_that_does_not_open_when_posted_then_it_is_said_and_nothing_breaks(office: Office) -> None:
    office.ask()
    with unit_of_work(office.world.sessions) as session:
        session.query(LoginAsk).one().sealed_said = b"spoilt"

    assert office.post() == ["secrets.unsealable"]


def test_given_a_canary_for_an_address_when_all_is_done_then_it_stands_in_no_log_no_trail_and_no_column(
    office: Office,
) -> None:
    with capture_logs() as logs:
        office.ask()
        office.ask("stranger.canary@evil.example")
        mails.post(office.world, office.merchant.id)

    assert len(office.postman.carried) == 1
    assert "canary" not in repr(logs)
    assert "canary" not in repr(office.postman.carried)
    with reading(office.world.sessions) as session:
        names = [each[0] for each in session.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))]
        kept = "".join(repr(session.execute(text(f"SELECT * FROM {name}")).all()) for name in names)  # noqa: S608
    assert "canary" not in kept


def test_given_somebody_who_waits_when_the_ticker_makes_its_round_then_it_rings(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []
    monkeypatch.setattr(type(office.world.bell), "ring", lambda _self, task, _shop, **_: rung.append(task.name))
    ticker.make_round(office.world)
    assert "MAILS" not in rung

    office.ask()
    ticker.make_round(office.world)
    assert rung.count("MAILS") == 2  # by whoever asked, and by the ticker

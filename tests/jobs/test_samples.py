"""A test ticket is written once, whatever goes wrong on the way, told of truly, and taken away again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from structlog.testing import capture_logs

from app.domain.errors import Busy, KeyRefused, Rejected, Unavailable, Uncertain
from app.domain.helpdesk_setup import Ail
from app.domain.ports import Receipt
from app.domain.retry import MOST_ATTEMPTS
from app.domain.sample_tickets import WORDS, SampleStage
from app.store import samples as kept
from app.store.base import reading
from app.store.samples import Sample
from app.web import create_app
from integrations.companies import Login
from integrations.registry import FIRST_HELPDESK
from integrations.sandbox.helpdesk import templates
from jobs import desk, helpdesks, samples
from jobs.helpdesk_care import LEASE, care_for
from jobs.watched_helpdesk import STOPPED
from tests.jobs.conftest import Practice
from tests.jobs.test_helpdesk_care import DAY, HOUR, begin, leave, rows, seen, stage

KIND, ANN = FIRST_HELPDESK, "ann@shop.example"


@dataclass
class There:
    """A helpdesk in which one ticket can stand, and that says what it is told to say first."""

    says: list[Exception | Callable[[], object]] = field(default_factory=list)
    number: str = ""
    public: bool = False
    written: list[tuple[str, str]] = field(default_factory=list)
    stays: Exception | None = None

    def write(self, email: str, *, key: str) -> Receipt:
        found = self.find(key=key)
        if found is None:
            self._say()
            self.written.append((email, key))
            self.number = "12"
        return Receipt(reference=self.number, public=self.public)

    def find(self, *, key: str) -> Receipt | None:
        return Receipt(reference=self.number) if self.number else None

    def take_away(self, *, key: str) -> bool:
        if self.stays is not None:
            raise self.stays
        there, self.number = bool(self.number), ""
        return there

    def _say(self) -> None:
        said = self.says.pop(0) if self.says else None
        if isinstance(said, Exception):
            raise said
        if said is not None:
            said()


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> There:
    """A helpdesk that a test may let say anything."""
    desk = There()
    monkeypatch.setattr(samples.registry, "samples", lambda *_, **__: desk)
    return desk


def ask(inside: Practice, email: str = ANN) -> bool | None:
    merchant = inside.world.known(inside.shop_id)
    assert merchant is not None
    return samples.ask(inside.world, merchant, KIND, email)


def take_back(inside: Practice) -> bool:
    merchant = inside.world.known(inside.shop_id)
    assert merchant is not None
    return samples.take_back(inside.world, merchant, KIND)


def care(inside: Practice) -> list[str]:
    with capture_logs() as logs:
        care_for(inside.world, inside.shop_id)
    return [entry["event"] for entry in logs]


def sample(inside: Practice) -> Sample | None:
    with reading(inside.world.sessions) as session:
        return kept.read(session, shop_id=inside.shop_id, kind=KIND)


def how(inside: Practice) -> SampleStage | None:
    found = sample(inside)
    return None if found is None else found.stage


def in_town(inside: Practice) -> list[dict[str, object]]:
    return [row for row in rows(inside, "tickets?limit=100") if row["external_id"]]


def test_given_a_wish_when_a_worker_comes_then_one_private_ticket_is_there_and_its_call_is_known_for_it(
    inside: Practice,
) -> None:
    begin(inside)
    care(inside)
    assert ask(inside) is True
    assert care(inside) == ["helpdesk.test_ticket"]

    (ticket,) = in_town(inside)
    shown = inside.call(f"/town/tickets/{ticket['id']}")
    assert ([note["text"] for note in shown["notes"]], shown["messages"]) == ([WORDS], [])
    written = sample(inside)
    assert written is not None
    assert (written.stage, written.number, written.sealed_email) == (SampleStage.WRITTEN, str(ticket["id"]), None)
    assert called(inside, written) == []
    hear_of(inside, ticket)
    assert called(inside, written) == [written.number]


def hear_of(inside: Practice, ticket: dict[str, object]) -> None:
    """Let the helpdesk make its calls about the ticket, and us understand them."""
    context = {"ticket": ticket | {"customer": {"email": ANN}}, "message": {"id": 7, "from_agent": True}}
    web = create_app(inside.world).test_client()
    for call in (row["http"] for row in rows(inside, "integrations") if row["http"]["method"] == "POST"):
        path, form = urlsplit(call["url"]).path, templates.filled(call["form"], context)
        assert web.post(path, json=form, headers=call["headers"]).status_code == 200
    inside.drain()
    assert inside.set_aside() == []


def called(inside: Practice, written: Sample) -> list[str]:
    with reading(inside.world.sessions) as session:
        return [*kept.called_at(session, shop_id=inside.shop_id, tickets=[written.number])]


def test_given_a_lost_answer_when_tried_again_then_the_ticket_is_found_and_there_is_one(inside: Practice) -> None:
    inside.call("/town/helpdesk/faults", {"next": [{"call": "POST tickets", "kind": "commit_then_drop"}]})
    ask(inside)
    assert care(inside) == ["helpdesk.not_now"]
    waiting = sample(inside)
    assert waiting is not None
    assert (waiting.stage, bool(waiting.trouble)) == (SampleStage.ASKED, True)

    inside.later(60)
    assert care(inside) == ["helpdesk.test_ticket"]
    assert (how(inside), len(in_town(inside))) == (SampleStage.WRITTEN, 1)


def test_given_a_worker_that_dies_between_the_call_and_its_commit_when_another_comes_then_there_is_one(
    inside: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dead(BaseException):
        """The process is gone."""

    def die(*_: object, **__: object) -> bool:
        raise Dead

    ask(inside)
    with monkeypatch.context() as broken:
        broken.setattr(kept, "written", die)
        with pytest.raises(Dead):
            care_for(inside.world, inside.shop_id)
    assert care(inside) == []  # it is still in the hand of whoever died

    inside.later(int(LEASE.total_seconds()) + 1)
    assert care(inside) == ["helpdesk.test_ticket"]
    assert (how(inside), len(in_town(inside))) == (SampleStage.WRITTEN, 1)


def test_given_one_that_stands_when_asked_for_again_then_no_other_is_written_until_it_is_gone(
    inside: Practice, there: There
) -> None:
    assert [ask(inside), ask(inside)] == [True, False]
    care(inside)
    assert ask(inside) is False
    care(inside)
    assert len(there.written) == 1

    assert take_back(inside)
    assert care(inside) == ["helpdesk.test_ticket_gone"]
    assert (how(inside), there.number, take_back(inside)) == (None, "", False)
    assert ask(inside) is True
    care(inside)
    assert len({key for _, key in there.written}) == 2


def test_given_a_no_when_written_then_why_is_told_and_a_new_wish_goes_on_under_the_same_key(
    inside: Practice, there: There
) -> None:
    there.says = [Rejected("They take no such customer.")]
    ask(inside, "odd@shop.example")
    assert care(inside) == ["helpdesk.test_ticket_refused"]
    refused = sample(inside)
    assert refused is not None
    assert (refused.stage, refused.trouble) == (SampleStage.REFUSED, "They take no such customer.")

    assert ask(inside) is True
    care(inside)
    assert there.written == [(ANN, refused.key)]


def test_given_a_dead_key_when_written_then_it_is_refused_and_the_connection_is_broken(
    inside: Practice, there: There
) -> None:
    there.says = [KeyRefused("no")]
    ask(inside)
    assert "helpdesk.broken" in care(inside)

    refused, desk = sample(inside), seen(inside)
    assert refused is not None
    assert desk is not None
    assert (refused.stage, refused.trouble) == (SampleStage.REFUSED, "The key was not taken.")
    assert desk.broken_since is not None


@pytest.mark.parametrize("problem", [Unavailable("They sleep."), Uncertain("The line was cut.")])
def test_given_trouble_that_may_pass_when_it_does_not_then_in_the_end_nobody_tries_any_more(
    inside: Practice, there: There, problem: Exception
) -> None:
    there.says = [problem] * MOST_ATTEMPTS
    ask(inside)
    rounds = 0
    while how(inside) is SampleStage.ASKED:
        care(inside)
        inside.later(4 * HOUR)
        rounds += 1
    assert (how(inside), rounds) == (SampleStage.REFUSED, MOST_ATTEMPTS)


def test_given_a_busy_helpdesk_when_written_then_it_is_only_later(inside: Practice, there: There) -> None:
    there.says = [Busy("Too many calls.", retry_after=7)]
    ask(inside)
    care(inside)
    inside.later(8)
    care(inside)
    assert how(inside) is SampleStage.WRITTEN


def test_given_two_workers_when_both_are_rung_then_one_writes(inside: Practice, there: There) -> None:
    there.says = [lambda: care_for(inside.world, inside.shop_id)]
    ask(inside)
    care(inside)
    assert (how(inside), len(there.written)) == (SampleStage.WRITTEN, 1)


def test_given_a_wish_while_somebody_looks_after_the_helpdesk_when_they_are_done_then_it_is_not_overlooked(
    inside: Practice, there: There, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(inside)
    care(inside)
    inside.later(DAY)
    see_to = samples.see_to
    monkeypatch.setattr(samples, "see_to", lambda *given: (see_to(*given), ask(inside))[0])
    care(inside)
    monkeypatch.setattr(samples, "see_to", see_to)

    care(inside)
    assert how(inside) is SampleStage.WRITTEN


def test_given_it_is_wanted_away_while_it_is_written_when_that_has_come_through_then_it_goes(
    inside: Practice, there: There
) -> None:
    there.says = [lambda: take_back(inside)]
    ask(inside)
    care(inside)
    assert (how(inside), there.number) == (SampleStage.GOING, "12")

    care(inside)
    assert (how(inside), there.number) == (None, "")


def test_given_the_helpdesk_is_left_while_it_is_written_when_cleared_out_then_the_ticket_goes_too(
    inside: Practice, there: There
) -> None:
    there.says = [lambda: leave(inside)]
    ask(inside)
    care(inside)
    assert there.number == "12"
    inside.later(int(LEASE.total_seconds()))
    care(inside)
    assert (stage(inside), how(inside), there.number) == (None, None, "")


@pytest.mark.parametrize("problem", [Rejected("Not ours to delete."), KeyRefused("no")])
def test_given_a_ticket_that_cannot_be_taken_away_when_left_then_it_is_named_and_its_row_is_gone(
    inside: Practice, there: There, problem: Exception
) -> None:
    ask(inside)
    care(inside)
    there.stays = problem
    leave(inside)
    care(inside)

    desk = seen(inside)
    assert desk is not None
    assert desk.parts is not None
    assert (desk.parts["ticket"], how(inside)) == ("12", None)


def test_given_it_cannot_be_taken_away_when_wanted_away_then_that_is_told_and_can_be_tried_again(
    inside: Practice, there: There
) -> None:
    ask(inside)
    care(inside)
    there.stays = Rejected("A rule forbids it.")
    take_back(inside)
    care(inside)
    stuck = sample(inside)
    assert stuck is not None
    assert (stuck.stage, stuck.number, stuck.trouble) == (SampleStage.STUCK, "12", "A rule forbids it.")

    there.stays = None
    assert take_back(inside)
    care(inside)
    assert how(inside) is None


def test_given_the_team_took_it_away_when_it_is_night_then_nobody_says_that_it_stands(
    inside: Practice, there: There
) -> None:
    ask(inside)
    care(inside)
    inside.later(DAY)
    assert (care(inside), how(inside)) == ([], SampleStage.WRITTEN)
    there.number = ""
    inside.later(DAY)
    assert care(inside) == ["helpdesk.test_ticket_gone"]
    assert how(inside) is None


def test_given_a_note_that_came_out_public_when_written_then_no_note_is_written_any_more_and_no_other_ticket(
    inside: Practice, there: There
) -> None:
    there.public = True
    ask(inside)
    assert "helpdesk.notes_public" in care(inside)
    desk = seen(inside)
    assert desk is not None
    assert Ail.NOTES_PUBLIC in desk.ails

    take_back(inside)
    care(inside)
    ask(inside)
    care(inside)
    refused = sample(inside)
    assert refused is not None
    assert (refused.stage, refused.trouble, len(there.written)) == (SampleStage.REFUSED, STOPPED, 1)


def test_given_a_helpdesk_that_is_not_connected_when_asked_for_then_there_is_none(inside: Practice) -> None:
    leave(inside)
    assert (ask(inside), take_back(inside), how(inside)) == (None, False, None)


def test_given_a_helpdesk_that_a_person_furnishes_when_a_ticket_is_wanted_then_it_is_looked_after_as_long_as_it_stands(
    inside: Practice, there: There, monkeypatch: pytest.MonkeyPatch
) -> None:
    merchant, kind, knocks = inside.world.known(inside.shop_id), "django_helpdesk", list[str]()
    monkeypatch.setattr(samples.registry, "knock", lambda kind, *_, **__: knocks.append(kind))
    assert merchant is not None
    login = Login(user="u", key="k")
    helpdesks.connect(inside.world, merchant, kind=kind, account="desk.shop.example", login=login)
    assert samples.ask(inside.world, merchant, kind, ANN)
    assert (care(inside), there.number, knocks) == (["helpdesk.test_ticket"], "12", [kind])

    inside.later(DAY)
    assert (care(inside), len(knocks)) == ([], 2)
    assert helpdesks.disconnect(inside.world, merchant, kind)
    assert care(inside) == ["helpdesk.left"]
    assert there.number == ""
    inside.later(DAY)
    assert (care(inside), len(knocks)) == ([], 2)


def test_given_the_merchant_has_stopped_everything_when_a_ticket_is_wanted_then_it_waits_and_one_that_stands_may_go(
    inside: Practice,
) -> None:
    merchant = inside.world.known(inside.shop_id)
    assert merchant is not None
    desk.pause(inside.world, merchant, paused=True)
    ask(inside)
    care(inside)
    inside.later(60)
    care(inside)
    assert (how(inside), in_town(inside)) == (SampleStage.ASKED, [])

    desk.pause(inside.world, merchant, paused=False)
    inside.later(60)
    care(inside)
    assert (how(inside), len(in_town(inside))) == (SampleStage.WRITTEN, 1)
    desk.pause(inside.world, merchant, paused=True)
    take_back(inside)
    care(inside)
    assert (how(inside), in_town(inside)) == (None, [])

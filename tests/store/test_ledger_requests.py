"""The call that is kept: the first try's is every try's, until it is certain that nothing was sent."""

from app.domain.effects import State
from app.domain.refunds import Way
from app.store import endings
from app.store.base import unit_of_work
from app.store.ledger import Deed
from app.store.tables import Effect
from tests.builders import DAY, HOUR, NOON, paid, pieces, refund, usd
from tests.store.ledger_steps import Steps, after

NEW = {"pieces", "shipping", "way", "credit_until"}


def leave(steps: Steps, deed: Deed) -> bool:
    with unit_of_work(steps.sessions) as session:
        return endings.leave_to_a_person(session, deed, why="too long ago")


def sent(steps: Steps, deed_id: int, request: str, now: object = NOON) -> Deed:
    found = steps.gate(steps.picked(deed_id, now), now, request)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_given_a_call_when_the_gate_is_passed_then_it_is_kept_with_its_moment(steps: Steps) -> None:
    deed = sent(steps, steps.planned().id, "first")

    assert (deed.request, deed.first_sent_at) == ("first", NOON)


def test_given_a_second_try_when_the_gate_is_passed_then_the_first_call_and_its_moment_stay(steps: Steps) -> None:
    deed = sent(steps, steps.planned().id, "first")
    steps.put_back(deed)

    again = sent(steps, deed.id, "second", NOON + HOUR)

    assert (again.request, again.first_sent_at, again.sends) == ("first", NOON, 2)


def test_given_a_try_that_certainly_was_none_when_put_back_then_the_next_one_is_a_first(steps: Steps) -> None:
    deed = sent(steps, steps.planned().id, "first")
    steps.put_back(deed, afresh=True)

    again = sent(steps, deed.id, "second", NOON + HOUR)

    assert (again.request, again.first_sent_at) == ("second", NOON + HOUR)


def test_given_a_worker_that_died_when_its_deed_is_tried_again_then_the_first_call_is_made(steps: Steps) -> None:
    deed = sent(steps, steps.planned().id, "first")
    steps.doubt_the_silent(after())
    finder = steps.picked(deed.id, after() + HOUR)
    steps.put_back(finder, after() + HOUR)

    assert sent(steps, deed.id, "second", after() + HOUR).request == "first"


def test_given_a_no_to_a_repeat_when_it_is_asked_for_again_then_the_no_is_kept_until_the_end(steps: Steps) -> None:
    deed = sent(steps, steps.planned().id, "first")
    with unit_of_work(steps.sessions) as session:
        endings.doubt(session, deed, until=NOON, why="lost", refusal="It is locked.")
    steps.doubt(steps.picked(deed.id))

    assert steps.read(deed.id).refusal == "It is locked."
    steps.put_back(steps.picked(deed.id), afresh=True)
    assert steps.row(deed.id).remark is None


def test_given_a_deed_that_may_not_be_repeated_when_left_to_a_person_then_its_money_waits_with_it(
    steps: Steps,
) -> None:
    deed = sent(steps, steps.planned().id, "first")
    steps.put_back(deed)
    picked = steps.picked(deed.id, NOON + DAY)

    assert leave(steps, picked)
    assert (steps.state(deed.id), steps.due(NOON + 365 * DAY), steps.money()) == (State.UNCERTAIN, [], (12_00, 0))


def test_given_a_refund_written_down_before_items_could_be_named_when_read_then_it_is_a_plain_one(steps: Steps) -> None:
    deed = steps.planned(paid(refund()))
    with unit_of_work(steps.sessions) as session:
        row = session.get_one(Effect, deed.id)
        old = {name: value for name, value in row.payload.items() if name not in NEW}
        assert len(old) == len(row.payload) - len(NEW)
        row.payload = old

    assert steps.read(deed.id).effect == refund()


def test_given_a_refund_of_pieces_as_credit_when_read_back_then_it_is_the_same(steps: Steps) -> None:
    full = refund(pieces=(pieces(),), shipping=usd(5_00), way=Way.CREDIT, credit_until=NOON)

    assert steps.read(steps.planned(paid(full)).id).effect == full


def test_given_a_deed_left_to_a_person_when_late_news_comes_of_it_then_it_counts(steps: Steps) -> None:
    deed = sent(steps, steps.planned().id, "first")
    steps.put_back(deed)
    leave(steps, steps.picked(deed.id, NOON + DAY))

    assert steps.done(deed)
    assert steps.money() == (0, 12_00)

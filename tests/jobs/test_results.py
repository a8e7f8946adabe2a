"""Once a day it is reckoned what the trials say: of whom they hold, and of nobody else."""

from dataclasses import replace

from app.domain.decisions import Decision, Place
from app.domain.policy import Trial
from app.store import results, trials
from app.store.base import unit_of_work
from app.store.results import Kept
from jobs.practice import POLICY
from jobs.results import reckon
from tests.jobs.conftest import Practice

TRIAL = Trial(rule="nth_order_gift", percent=10, edition=3)


def kept(inside: Practice) -> dict[str, Kept]:
    with unit_of_work(inside.world.sessions) as session:
        return results.kept(session, shop_id=inside.shop_id)


def test_given_a_trial_when_the_night_comes_then_it_is_reckoned_once_and_again_the_next_night(
    inside: Practice,
) -> None:
    inside.policy(replace(POLICY, trials=(TRIAL,)))
    customer = inside.call("/town/cast")["fourth_order_customer"]
    place = Place(edition=3, customer_id=customer, held_out=True)
    decided = Decision(rule=TRIAL.rule, subject="order:1", code="held_out", because="Held out.", place=place)
    with unit_of_work(inside.world.sessions) as session:
        trials.enter(session, shop_id=inside.shop_id, decided=[decided], now=inside.world.clock.now())

    reckon(inside.world, inside.shop_id)
    first = kept(inside)
    inside.later(60)
    reckon(inside.world, inside.shop_id)
    assert kept(inside) == first
    inside.later(91 * 86_400)
    reckon(inside.world, inside.shop_id)

    (found, at) = kept(inside)[TRIAL.rule]
    assert first[TRIAL.rule].found.claimed.held == 0
    assert (found.edition, found.followed, found.claimed.held, found.claimed.treated) == (3, 1, 1, 0)
    assert at > first[TRIAL.rule].at


def test_given_no_trial_when_the_night_comes_then_nothing_is_written_down(inside: Practice) -> None:
    reckon(inside.world, inside.shop_id)

    assert kept(inside) == {}

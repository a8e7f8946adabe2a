"""The budget is asked before each call and told after it, whatever became of the call."""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from app.domain.errors import Busy, Unavailable
from integrations.shopify.budget import Taken
from integrations.shopify.cost import Cost
from tests.integrations.shopify.scripted import Script, api
from tests.integrations.shopify.test_answers import cost, error

NOTHING, EMPTY = Cost(), Cost(available=0.0)
THROTTLED = {"errors": [error("THROTTLED")], "extensions": cost(752, 20, 100.0)}


@dataclass
class Ledger:
    """A budget that writes down what it is asked and told."""

    empty: bool = False
    taken: list[str] = field(default_factory=list)
    told: list[tuple[str, Cost]] = field(default_factory=list)

    def take(self, operation: str) -> Taken:
        if self.empty:
            raise Busy("no points left", retry_after=3.0)
        self.taken.append(operation)
        return Taken(points=7.0, lap=1)

    def settle(self, operation: str, taken: Taken, cost: Cost) -> None:
        assert taken == Taken(points=7.0, lap=1)
        self.told.append((operation, cost))


def test_given_an_empty_budget_when_asked_then_nothing_is_sent_and_the_pause_is_known(store: Script) -> None:
    with pytest.raises(Busy) as caught:
        api(budget=Ledger(empty=True)).ask("shop")
    assert caught.value.retry_after == 3.0
    assert store.asked == []


@pytest.mark.parametrize(
    ("body", "status", "learned"),
    [
        (
            {"data": {"shop": {}}, "extensions": cost(1, 1999, 100)},
            200,
            Cost(requested=1, available=1999, maximum=2000, restored=100),
        ),
        (THROTTLED, 200, Cost(requested=752, available=20, maximum=2000, restored=100)),
        ({"errors": [error("undefinedField")]}, 200, NOTHING),
        ("Too many", 429, EMPTY),
        ("<html></html>", 502, NOTHING),
        ('{"data": {"sh', 200, NOTHING),
        ("<html></html>", 402, NOTHING),
    ],
)
def test_given_any_answer_when_it_comes_then_the_budget_is_told_once_what_can_be_learned_from_it(
    store: Script, body: Any, status: int, learned: Cost
) -> None:
    budget = Ledger()
    store.says(body, status)
    with suppress(Unavailable):
        api(budget=budget).ask("shop")
    assert budget.taken == ["Shop"]
    assert budget.told == [("Shop", learned)]


def test_given_a_dead_token_when_it_is_renewed_then_both_calls_are_accounted_for(store: Script) -> None:
    store.says({"errors": "[API] Invalid API key or access token"}, 401)
    budget = Ledger()
    with pytest.raises(Unavailable):
        api(budget=budget).ask("shop")
    assert len(budget.taken) == len(budget.told)

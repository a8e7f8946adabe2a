"""The year that a fresh town is filled with."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean, median

import pytest

from integrations.sandbox.books import Books, Doc
from integrations.sandbox.clock import Clock
from integrations.sandbox.serve import build
from integrations.sandbox.store import sums
from integrations.sandbox.store.shops import NewShop, open_shop
from integrations.sandbox.store.spending import ordinal
from integrations.sandbox.town import PRACTICE_SHOP, TownSettings
from integrations.sandbox.year import write_year

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class Stopped(Clock):
    """A clock that stands still at noon."""

    def __init__(self) -> None:
        super().__init__(None)

    def now(self) -> datetime:
        return NOW


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a town that was just built."""
    path = tmp_path_factory.mktemp("year") / "town.db"
    books = Books(path)
    build(TownSettings(), books, Stopped())
    books.close()
    return path


@pytest.fixture(scope="module")
def books(path: Path) -> Iterator[Books]:
    books = Books(path)
    yield books
    books.close()


@pytest.fixture(scope="module")
def orders(books: Books) -> list[Doc]:
    with books.turn() as turn:
        return turn.all("orders")


@pytest.fixture(scope="module")
def cast(books: Books) -> Doc:
    with books.turn() as turn:
        return turn.get("switches", "cast") or {}


def counted(orders: list[Doc]) -> list[Doc]:
    """Return the orders that count: real, kept, and of something other than a gift card."""
    return [
        each
        for each in orders
        if not each["test"] and not each["cancelled_at"] and not any(line["gift_card"] for line in each["lines"])
    ]


def net(orders: list[Doc], customer: int) -> int:
    return sum(sums.net_payment(each) for each in counted(orders) if each["customer_id"] == customer)


def newest(orders: list[Doc], customer: int) -> str:
    return str(max(each["created_at"] for each in orders if each["customer_id"] == customer))


def days_ago(days: float) -> str:
    return (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_given_a_seed_when_written_again_then_it_is_the_same_year(orders: list[Doc]) -> None:
    again = Books()
    with again.turn() as turn:
        write_year(turn, open_shop(turn, NewShop(domain=PRACTICE_SHOP, token="t")), NOW, TownSettings().seed)

        assert turn.all("orders") == orders


def test_given_a_town_with_a_year_when_built_again_then_it_is_not_written_again(
    books: Books, orders: list[Doc]
) -> None:
    build(TownSettings(), books, Stopped())

    with books.turn() as turn:
        assert turn.count("orders") == len(orders)
        assert turn.count("variants") == 12


def test_given_the_year_when_counted_then_it_is_a_believable_shop(books: Books, orders: list[Doc]) -> None:
    with books.turn() as turn:
        people, variants = turn.all("customers"), turn.all("variants")

    assert 2_900 <= len(people) <= 3_100
    assert 8_000 <= len(orders) <= 10_000
    assert len(variants) == 12
    assert sum(1 for each in orders if each["customer_id"] is None) > 400
    assert sum(1 for each in orders if each["test"]) > 10
    assert sum(1 for each in orders if each["cancelled_at"]) > 100
    assert sum(1 for each in orders if sums.financial_status(each) == "PARTIALLY_REFUNDED") > 200
    assert sum(1 for each in orders if sums.financial_status(each) == "REFUNDED") > 200
    assert sum(1 for each in orders if any(line["gift_card"] for line in each["lines"])) > 30
    assert all(each["email"].endswith("@customer.example") for each in people + orders)
    assert min(each["id"] for each in people + orders + variants) > 2**31
    assert len({each["email"] for each in people}) == len(people)


def test_given_the_year_when_ordered_then_numbers_follow_time_and_nothing_is_in_the_future(orders: list[Doc]) -> None:
    times = [each["created_at"] for each in orders]

    assert times == sorted(times)
    assert [each["number"] for each in orders] == list(range(1001, 1001 + len(orders)))
    assert days_ago(366) < times[0] < times[-1] <= days_ago(0)
    assert max(each["updated_at"] for each in orders) <= days_ago(0)


def test_given_the_year_when_spending_is_compared_then_a_few_keep_the_shop_alive(orders: list[Doc]) -> None:
    brought: dict[int, int] = {}
    for each in counted(orders):
        if each["customer_id"] is not None:
            brought[each["customer_id"]] = brought.get(each["customer_id"], 0) + sums.net_payment(each)
    ranked = sorted(brought.values(), reverse=True)

    assert sum(ranked[: len(ranked) // 5]) > 0.5 * sum(ranked)
    assert mean(ranked) > 1.3 * median(ranked)


def test_given_the_cast_when_met_then_each_is_where_their_story_begins(
    books: Books, orders: list[Doc], cast: Doc
) -> None:
    with books.turn() as turn:
        assert {ordinal(turn, key) for key in cast["fourth_order_customers"]} == {3}
        assert cast["fourth_order_customer"] in cast["fourth_order_customers"]
        bereaved = turn.get("customers", cast["bereaved_customer"]) or {}
        boots = turn.get("orders", cast["bereaved_order"]) or {}

    assert bereaved["email"].endswith("@customer.example")
    assert (sums.net_payment(boots), sums.fulfillment_status(boots)) == (64_00, "FULFILLED")
    assert days_ago(20) < boots["created_at"] < days_ago(3)
    assert newest(orders, cast["lapsed_customer"]) < days_ago(180)
    assert newest(orders, cast["best_customer"]) > days_ago(30)


def test_given_the_regular_when_80_dollars_are_added_then_they_pass_the_average(orders: list[Doc], cast: Doc) -> None:
    regular = cast["almost_average_customer"]
    theirs = [each for each in counted(orders) if each["customer_id"] is not None]
    average = sum(map(sums.net_payment, theirs)) / len({each["customer_id"] for each in theirs})

    assert net(orders, regular) < average < net(orders, regular) + 80_00
    assert newest(orders, regular) > days_ago(30)

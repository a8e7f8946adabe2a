"""Who is thanked by a campaign, and for how many its budget is enough: in whole numbers, and always alike."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain import campaigns
from app.domain.campaigns import Candidate, Entrant, Method, Terms
from tests.builders import DAY, NOON

SEED = "2f0c"
GOLDEN = "126d01faa3418d1b9b3c0d6854acaf7dd2aad108527de49539cba3784fd36852"
DRAWN = "69a03413bee939e4cb035514a3781d3f83a5d73bf8fdc17a27fae41d88cfb3d9"


def people(number: int = 500) -> list[Candidate]:
    """Return a shop's customers, the same each time, many of them alike in something."""
    dice = random.Random(7)  # no secret
    return [
        Candidate(
            customer_id=1_000 + each,
            net_minor=dice.randrange(40) * 25_00,
            first_order_at=NOON - dice.randrange(30, 1_500) * DAY,
            last_order_at=NOON - dice.randrange(30) * DAY,
        )
        for each in range(number)
    ]


def entrants(some: list[Candidate]) -> list[Entrant]:
    return campaigns.measured(some, seed=SEED, now=NOON)


def listed(some: list[Candidate], terms: Terms, most: int = 60, held_out: int = 6) -> list[campaigns.Place]:
    return campaigns.listed(entrants(some), terms, people=most, held_out=held_out, seed=SEED)


@pytest.mark.parametrize(("method", "golden"), [(Method.RANKED, GOLDEN), (Method.DRAWN, DRAWN)])
def test_given_the_same_customers_when_listed_then_the_list_is_the_same_to_the_letter(
    method: Method, golden: str
) -> None:
    assert campaigns.fingerprint(listed(people(), Terms(method=method))) == golden


@pytest.mark.parametrize("method", list(Method))
def test_given_customers_read_in_another_order_when_listed_then_nobody_moves(method: Method) -> None:
    shuffled = people()
    random.Random(3).shuffle(shuffled)

    assert listed(shuffled, Terms(method=method)) == listed(people(), Terms(method=method))


def test_given_spend_alone_when_ranked_then_whoever_spent_more_comes_first_and_tenure_breaks_no_tie() -> None:
    old, rich, new = (
        Candidate(customer_id=3, net_minor=5_00, first_order_at=NOON - 900 * DAY, last_order_at=NOON - 9 * DAY),
        Candidate(customer_id=2, net_minor=9_00, first_order_at=NOON - 90 * DAY, last_order_at=NOON - 30 * DAY),
        Candidate(customer_id=1, net_minor=5_00, first_order_at=NOON - 40 * DAY, last_order_at=NOON - DAY),
    )

    ranked = listed([old, rich, new], Terms(weight=100), most=3, held_out=0)
    by_tenure = listed([old, rich, new], Terms(weight=0), most=3, held_out=0)

    assert [place.entrant.customer_id for place in ranked] == [2, 1, 3]  # of equals, who ordered last
    assert [place.entrant.customer_id for place in by_tenure] == [3, 2, 1]


def test_given_twins_in_everything_when_ranked_then_the_lower_number_comes_first() -> None:
    alike = {"net_minor": 5_00, "first_order_at": NOON - 90 * DAY, "last_order_at": NOON - DAY}

    twins = listed([Candidate(customer_id=each, **alike) for each in (9, 4, 7)], Terms(), most=3, held_out=0)  # type: ignore[arg-type]

    assert [place.entrant.customer_id for place in twins] == [4, 7, 9]


def test_given_the_best_in_everything_when_scored_then_it_is_a_hundred_and_the_last_has_nothing() -> None:
    best, *_, last = listed(people(50), Terms(weight=70), most=50, held_out=0)

    scores = [campaigns.score_hundredths(each.entrant, 70, 50) for each in (best, last)]
    top = replace(best.entrant, poorer=49, newer=49)

    assert 0 <= scores[1] < scores[0] <= 100_00
    assert campaigns.score_hundredths(top, 70, 50) == 100_00


@pytest.mark.parametrize("weight", [0, 1, 33, 70, 99, 100])
@pytest.mark.parametrize("method", list(Method))
def test_given_only_those_who_could_ever_be_listed_when_listed_then_it_is_the_list_of_everybody(
    weight: int, method: Method
) -> None:
    everybody, terms = entrants(people(800)), Terms(weight=weight, method=method)

    some = campaigns.contenders(everybody, most=40)

    whole, short = (campaigns.listed(each, terms, people=40, held_out=4, seed=SEED) for each in (everybody, some))
    assert short == whole
    assert len(some) < 400


def test_given_a_gift_that_grows_dearer_when_sized_then_fewer_get_it_as_the_formula_says() -> None:
    terms = Terms(budget_minor=4_000_00, packing_minor=50, shipping_minor=1_00, fee_minor=50)

    cheap, dear = (campaigns.size(terms, unit_minor=unit, candidates=9_000) for unit in (8_00, 14_00))

    assert (cheap.each_minor, cheap.affordable, cheap.people, cheap.total_minor) == (10_00, 400, 400, 4_000_00)
    assert (dear.affordable, dear.people, dear.total_minor) == (250, 250, 4_000_00)


@pytest.mark.parametrize(
    ("budget", "candidates", "expected"),
    [(90_000_00, 9_000, 600), (100_00, 9_000, 200), (100_00, 30, 30), (0, 0, 0)],
)
def test_given_bounds_when_sized_then_the_list_keeps_within_them_and_within_who_there_is(
    budget: int, candidates: int, expected: int
) -> None:
    assert campaigns.size(Terms(budget_minor=budget), unit_minor=10_00, candidates=candidates).people == expected


def test_given_a_hold_out_when_listed_then_a_tenth_gets_nothing_and_costs_nothing() -> None:
    terms = Terms(budget_minor=4_000_00, hold_out=True)
    size = campaigns.size(terms, unit_minor=10_00, candidates=9_000)

    places = listed(people(), terms, most=size.people, held_out=size.held_out)

    assert (size.people, size.held_out, size.given, size.total_minor) == (400, 40, 360, 3_600_00)
    assert sum(place.held_out for place in places) == 40
    assert {place.held_out for place in places[:60]} == {True, False}  # not only the last


def test_given_many_seeds_when_drawn_then_nobody_is_drawn_oftener_than_chance_would_have_it() -> None:
    some, draws, drawn = people(60), 400, dict.fromkeys(range(1_000, 1_060), 0)
    for seed in range(draws):
        everybody = campaigns.measured(some, seed=str(seed), now=NOON)
        for place in campaigns.listed(everybody, Terms(method=Method.DRAWN), people=15, held_out=0, seed=str(seed)):
            drawn[place.entrant.customer_id] += 1

    # 400 draws of 15 out of 60: a hundred times each, give or take three sigma of 8.66.
    assert all(abs(times - 100) <= 26 for times in drawn.values())


def test_given_much_that_came_to_nothing_when_looked_at_then_it_goes_wrong_and_a_little_does_not() -> None:
    assert campaigns.goes_wrong(ended=50, failed=5)
    assert not campaigns.goes_wrong(ended=3, failed=3)
    assert not campaigns.goes_wrong(ended=200, failed=9)


def test_given_hours_when_tenure_is_counted_then_only_whole_days_count() -> None:
    (entrant,) = entrants([replace(people(1)[0], first_order_at=NOON - timedelta(days=10, hours=23))])

    assert entrant.tenure_days == 10

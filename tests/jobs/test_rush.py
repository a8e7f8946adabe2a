"""Whose turn it is, on an evening that is made up: sales in some shops are hardly felt in the others."""

from dataclasses import replace

import pytest

from bench.rush import Play, Rush, Selfish, p95

EVENING = Rush(shops=500, workers=2, rate=60, seconds=20)


@pytest.mark.parametrize(("sales", "times"), [(1, 2), (16, 5)], ids=["in one shop", "in as many as there are places"])
def test_given_a_sale_when_others_come_then_they_hardly_feel_it(sales: int, times: int) -> None:
    quiet, sale = Play(EVENING).play(), Play(replace(EVENING, bursts=sales, burst=600)).play()

    assert len(sale.waits[True]) == sales * 600
    assert len(sale.waits[False]) == len(quiet.waits[False]) > 1_000
    assert p95(sale.waits[False]) <= times * p95(quiet.waits[False])


def test_given_such_a_sale_when_nobody_gives_way_then_the_others_feel_it() -> None:
    quiet, selfish = Play(EVENING).play(), Play(replace(EVENING, bursts=16, burst=600), Selfish).play()

    assert p95(selfish.waits[False]) > 50 * p95(quiet.waits[False])

"""What goes wrong on purpose: before, after and in the middle of a call, over real HTTP."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from integrations.sandbox.books import Books
from integrations.sandbox.serve import RunningTown, start
from integrations.sandbox.store.faults import KINDS, RARE, USUAL_BEFORE, Faults
from integrations.sandbox.store.subset import documents
from integrations.sandbox.town import PRACTICE_SHOP, TownSettings
from tests.integrations.sandbox.counters import wait_until
from tests.late import hold_back

QUERIES = documents()


@pytest.fixture(scope="module")
def town() -> Iterator[RunningTown]:
    with start(TownSettings(year=False)) as running:
        requests.post(f"{running.url}/town/shops/{PRACTICE_SHOP}", json={"topics": []}, timeout=30)
        with running.town.books.turn() as turn:
            person = {
                "created_at": "2026-01-01T00:00:00Z",
                "currency": "USD",
                "id": 1,
                "shop": PRACTICE_SHOP,
                "tags": [],
                "email": None,
                "phone": None,
            }
            blank = dict.fromkeys(("first_name", "last_name", "created_at", "updated_at", "address", "currency"))
            turn.put("customers", 1, blank | person)
        yield running


@pytest.fixture(autouse=True)
def untagged(town: RunningTown) -> None:
    with town.town.books.turn() as turn:
        turn.put("customers", 1, (turn.get("customers", 1) or {}) | {"tags": []})


def switch(town: RunningTown, **wish: object) -> requests.Response:
    return requests.post(f"{town.url}/town/faults", json=wish, timeout=30)


def tag(town: RunningTown) -> requests.Response:
    return requests.post(
        f"{town.url}/shopify/{PRACTICE_SHOP}/admin/api/2026-10/graphql.json",
        json={"query": QUERIES["tags_add"], "variables": {"id": "gid://shopify/Customer/1", "tags": ["a"]}},
        headers={"X-Shopify-Access-Token": "shpat_practice"},
        timeout=30,
    )


def tags(town: RunningTown) -> list[str]:
    with town.town.books.turn() as turn:
        return list((turn.get("customers", 1) or {})["tags"])


def has_tags(town: RunningTown) -> object:
    answer = requests.post(
        f"{town.url}/shopify/{PRACTICE_SHOP}/admin/api/2026-10/graphql.json",
        json={"query": '{customer(id: "gid://shopify/Customer/1") {tags}}'},
        headers={"X-Shopify-Access-Token": "shpat_practice"},
        timeout=30,
    )
    return (answer.json()["data"]["customer"] or {}).get("tags")


@contextmanager
def queued(town: RunningTown, kind: str, **more: Any) -> Iterator[None]:
    assert switch(town, next=[{"operation": "TagsAdd", "kind": kind, **more}]).ok
    yield
    assert tag(town).json()["data"]["tagsAdd"]["userErrors"] == []  # one fault strikes one call


@pytest.mark.parametrize(("kind", "status"), [("429", 429), ("500_before", 500), ("html_502", 502), ("throttled", 200)])
def test_given_a_fault_before_when_called_then_nothing_was_done(town: RunningTown, kind: str, status: int) -> None:
    with queued(town, kind):
        answer = tag(town)

        assert answer.status_code == status
        assert tags(town) == []
        assert answer.headers.get("Retry-After") == ("2.0" if kind == "429" else None)
        assert ("THROTTLED" in answer.text) == (kind == "throttled")


def test_given_a_line_that_breaks_before_when_called_then_nothing_was_done(town: RunningTown) -> None:
    with queued(town, "drop_before"):
        with pytest.raises(requests.ConnectionError):
            tag(town)

        assert tags(town) == []


def test_given_a_line_that_breaks_afterwards_when_called_then_it_was_done(town: RunningTown) -> None:
    with queued(town, "commit_then_drop"):
        with pytest.raises(requests.ConnectionError):
            tag(town)

        assert tags(town) == ["a"]


def test_given_a_500_afterwards_when_called_then_it_was_done(town: RunningTown) -> None:
    with queued(town, "500_after"):
        assert tag(town).status_code == 500
        assert tags(town) == ["a"]


def test_given_a_truncated_answer_when_called_then_it_was_done_and_cannot_be_read(town: RunningTown) -> None:
    with queued(town, "truncated"):
        answer = tag(town)

        assert answer.status_code == 200
        with pytest.raises(requests.JSONDecodeError):
            answer.json()
        assert tags(town) == ["a"]


def test_given_a_slow_store_when_called_then_the_answer_takes_its_time(town: RunningTown) -> None:
    with queued(town, "slow", seconds=0.3):
        began = time.monotonic()

        assert tag(town).ok
        assert time.monotonic() - began >= 0.3


def test_given_a_late_commit_when_called_then_it_is_done_after_the_line_broke(
    town: RunningTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    carry_out = hold_back(monkeypatch)
    with queued(town, "late_commit"):
        with pytest.raises(requests.ConnectionError):
            tag(town)
        at_first = tags(town)
        carry_out()

        assert (at_first, tags(town)) == ([], ["a"])


def test_given_a_late_commit_when_its_seconds_are_over_then_it_is_done_by_itself(town: RunningTown) -> None:
    with queued(town, "late_commit", seconds=0.05):
        with pytest.raises(requests.ConnectionError):
            tag(town)

        wait_until(lambda: tags(town) == ["a"])


def test_given_a_user_error_when_called_then_it_is_refused_and_nothing_was_done(town: RunningTown) -> None:
    with queued(town, "user_error"):
        payload = tag(town).json()["data"]["tagsAdd"]

        assert (payload["node"], len(payload["userErrors"])) == (None, 1)
        assert tags(town) == []


@pytest.mark.parametrize(
    ("kind", "asked"), [("429_whole", "1"), ("429_bare", None), ("429_odd", "-7 bananas"), ("429_date", "GMT")]
)
def test_given_a_429_of_each_form_when_called_then_it_asks_for_a_pause_like_that(
    town: RunningTown, kind: str, asked: str | None
) -> None:
    with queued(town, kind):
        answer = tag(town)

        said = answer.headers.get("Retry-After")
        assert answer.status_code == 429
        assert said == asked or (asked and said and said.endswith(asked))
        assert tags(town) == []


@pytest.mark.parametrize(("kind", "then"), [("hang_before", []), ("hang_after", ["a"])])
def test_given_a_store_that_hangs_when_called_then_no_answer_ever_comes(
    town: RunningTown, kind: str, then: list[str]
) -> None:
    with queued(town, kind, seconds=0.2):
        with pytest.raises(requests.ConnectionError):
            tag(town)

        assert tags(town) == then


def test_given_a_redirect_when_called_then_nothing_was_done(town: RunningTown) -> None:
    assert switch(town, next=[{"operation": "TagsAdd", "kind": "redirect"}]).ok
    url = f"{town.url}/shopify/{PRACTICE_SHOP}/admin/api/2026-10/graphql.json"
    answer = requests.post(
        url,
        json={"query": QUERIES["tags_add"], "variables": {"id": "gid://shopify/Customer/1", "tags": ["a"]}},
        headers={"X-Shopify-Access-Token": "shpat_practice"},
        allow_redirects=False,
        timeout=30,
    )

    assert (answer.status_code, answer.headers["Location"]) == (302, "/elsewhere")
    assert tags(town) == []


def test_given_a_dripping_store_when_called_then_the_whole_answer_comes_in_the_end(town: RunningTown) -> None:
    with queued(town, "drip", seconds=1):
        began = time.monotonic()

        assert tag(town).json()["data"]["tagsAdd"]["userErrors"] == []
        assert time.monotonic() - began >= 1


def test_given_a_partial_answer_when_called_then_it_was_done_and_is_not_shown(town: RunningTown) -> None:
    with queued(town, "partial"):
        answer = tag(town).json()

        assert answer["data"] == {"tagsAdd": None}
        assert answer["errors"][0]["path"] == ["tagsAdd"]
        assert tags(town) == ["a"]


@pytest.mark.parametrize(
    ("kind", "header", "value"),
    [("odd_type", "Content-Type", "text/html"), ("odd_date", "Date", "Mon, 01 Jan 2001 00:00:00 GMT")],
)
def test_given_an_odd_header_when_called_then_the_answer_is_right_all_the_same(
    town: RunningTown, kind: str, header: str, value: str
) -> None:
    with queued(town, kind):
        answer = tag(town)

        assert answer.headers[header] == value
        assert answer.json()["data"]["tagsAdd"]["userErrors"] == []


def test_given_a_flood_when_called_then_the_answer_is_longer_than_anybody_reads(town: RunningTown) -> None:
    with queued(town, "huge"):
        assert len(tag(town).content) > 9_000_000
        assert tags(town) == ["a"]


def test_given_a_stale_store_when_read_then_it_shows_the_customer_of_a_moment_ago(town: RunningTown) -> None:
    assert tag(town).ok
    assert switch(town, next=[{"kind": "stale", "seconds": 5}, {"kind": "stale", "seconds": 5}]).ok
    seen = [has_tags(town), has_tags(town), has_tags(town)]

    assert seen[0] == seen[1] != ["a"] == seen[2]


def test_given_how_long_faults_take_when_drawn_then_each_takes_some_of_it() -> None:
    faults, books = Faults(rate=1.0, seed=42), Books()
    with books.turn() as turn:
        faults.change(turn, {"kinds": ["slow"], "seconds": [0.5, 8.0]})
        taken = [fault.seconds for fault in (faults.draw(turn, "TagsAdd") for _ in range(100)) if fault]

    assert 0.5 <= min(taken) < 2
    assert 6 < max(taken) <= 8


def test_given_a_fault_for_another_operation_when_called_then_it_waits(town: RunningTown) -> None:
    switch(town, next=[{"operation": "OrderEditCommit", "kind": "500_before"}])

    assert tag(town).ok
    assert switch(town).json()["next"] == [{"operation": "OrderEditCommit", "kind": "500_before"}]
    switch(town, next=[])


@pytest.mark.parametrize(
    "wish",
    [
        {"rate": 2},
        {"kinds": ["fire"]},
        {"next": [{"operation": "TagsAdd"}]},
        {"colour": "red"},
        {"rate": "x"},
        {"seconds": [3, 1]},
    ],
)
def test_given_a_switch_that_is_none_when_turned_then_400(town: RunningTown, wish: dict[str, Any]) -> None:
    assert switch(town, **wish).status_code == 400


def test_given_a_seed_when_drawn_again_then_the_same_storm_comes() -> None:
    storms = []
    for _ in range(2):
        faults, books = Faults(rate=0.3, seed=42), Books()
        with books.turn() as turn:
            storms.append([faults.draw(turn, "TagsAdd") for _ in range(1000)])

    struck = [fault.kind for fault in storms[0] if fault is not None]
    assert storms[0] == storms[1]
    assert 250 < len(struck) < 350
    assert set(USUAL_BEFORE) <= set(struck) <= set(KINDS) - set(RARE)

"""What whoever watches us is told: alive, ready, and figures; and nothing about anybody's shop."""

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from sqlalchemy import text

from app.domain.effects import Pool
from app.store import alarms, switch
from app.store.alarms import What
from app.store.base import open_database, sessions_of, unit_of_work
from app.store.migrate import newest
from app.web import create_app
from app.web.numbering import HEADER
from jobs.queue import Bell
from jobs.runtime import World
from tests.builders import HOUR, NOON, SettableClock, gift_line, paid, planned, tag, usd
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])


def browser_of(world: World) -> FlaskClient:
    return create_app(world).test_client()


def at(world: World, revision: str) -> None:
    """Let the database be at that migration, as far as it says."""
    with unit_of_work(world.sessions) as session:
        session.execute(text("UPDATE alembic_version SET version_num = :number"), {"number": revision})


def test_given_all_is_well_when_asked_then_it_is_ready_and_says_nothing_of_shops(desk: Desk) -> None:
    desk.plan(planned(tag(customer_id=4711)))
    desk.clock.forward(HOUR)

    answer = desk.browser.get("/readyz")

    assert answer.status_code == 200
    assert answer.json == {
        "ready": True,
        "database": True,
        "schema": "expected",
        "stopped": False,
        "oldest_due_seconds": 3600,
        "redis": False,  # nobody listens in this test, and that is no reason to send people away
        "ticker": False,
    }


def test_given_redis_and_a_ticker_when_asked_then_they_are_told_of(world: World, redis_url: str) -> None:
    here = replace(world, bell=Bell.at(redis_url, patient=True))
    assert browser_of(here).get("/readyz").json["redis"] is True
    here.bell.tick()

    assert browser_of(here).get("/readyz").json["ticker"] is True


def test_given_a_schema_of_another_version_when_asked_then_only_an_older_one_is_not_ready(world: World) -> None:
    head = str(newest())
    try:
        for revision, status, schema in (("0001", 503, "older"), ("9999", 200, "newer")):
            at(world, revision)
            answer = browser_of(world).get("/readyz")
            assert (answer.status_code, answer.json["schema"]) == (status, schema)
    finally:
        at(world, head)


def test_given_no_database_when_asked_then_it_lives_and_is_not_ready(world: World) -> None:
    away = replace(world, sessions=sessions_of(open_database("postgresql+psycopg://nobody@127.0.0.1:1/none")))

    assert browser_of(away).get("/healthz").status_code == 200
    answer = browser_of(away).get("/readyz")
    assert (answer.status_code, answer.json["ready"], answer.json["database"]) == (503, False, False)


def test_given_the_switch_is_thrown_when_asked_then_it_is_ready_and_says_so(desk: Desk) -> None:
    with unit_of_work(desk.world.sessions) as session:
        switch.stop(session, because="A rule ran wild.", now=NOON)

    assert desk.browser.get("/readyz").json["stopped"] is True
    assert figure(desk, "lagniappe_stopped") == 1


def figure(desk: Desk, name: str, **labels: str) -> float:
    return next(
        sample.value
        for family in text_string_to_metric_families(desk.browser.get("/metrics").text)
        for sample in family.samples
        if sample.name == name and sample.labels == labels
    )


def test_given_work_in_the_books_when_the_figures_are_read_then_they_count_it(desk: Desk, clock: SettableClock) -> None:
    desk.plan(planned(tag(customer_id=4711)))
    desk.plan(paid(gift_line(order_id=4712)), rule="nth_order_gift")
    desk.plan(planned(gift_line(order_id=4713), cost=usd(8_00), pool=Pool.GIFTS, ask_first="Look."), rule="flowers")
    desk.misunderstand("CANARY")
    with unit_of_work(desk.world.sessions) as session:
        alarms.sound(session, shop_id=desk.merchant.id, effect_ids=[4, 5], what=What.TWICE, now=NOON)
    clock.forward(HOUR)

    assert figure(desk, "lagniappe_alarms", what="done_twice") == 2
    assert figure(desk, "lagniappe_alarms", what="not_there") == 0
    assert figure(desk, "lagniappe_effects", state="planned", kind="tag_customer") == 1
    assert figure(desk, "lagniappe_effects", state="awaiting", kind="add_gift_line") == 1
    assert figure(desk, "lagniappe_deliveries", state="set_aside") == 1
    assert figure(desk, "lagniappe_oldest_due_seconds") == 3600
    assert figure(desk, "lagniappe_effect_attempts_bucket", le="1.0") == 2
    assert figure(desk, "lagniappe_pool_use_percent_bucket", pool="team", le="25.0") == 1
    assert figure(desk, "lagniappe_bell_failures_total") >= 0


def test_given_names_and_numbers_of_people_when_the_figures_are_read_then_none_is_in_them(desk: Desk) -> None:
    desk.plan(planned(tag(customer_id=4711)), because="CANARY")
    told = desk.browser.get("/metrics").text

    assert "4711" not in told
    assert "CANARY" not in told
    assert desk.merchant.domain not in told
    assert set(re.findall(r'(\w+)="', told)) <= {"state", "kind", "which", "pool", "le", "what"}


@pytest.mark.parametrize(
    ("token", "headers", "where", "status"),
    [
        ("", {}, "127.0.0.1", 200),
        ("", {}, "::1", 200),
        ("", {}, "203.0.113.7", 401),
        ("", {}, "", 401),
        ("", {"X-Forwarded-For": "203.0.113.7"}, "127.0.0.1", 401),
        ("sesame", {}, "127.0.0.1", 401),
        ("sesame", {"Authorization": "Bearer sesam"}, "127.0.0.1", 401),
        ("sesame", {"Authorization": "Bearer s\u00e9same"}, "127.0.0.1", 401),
        ("sesame", {"Authorization": "Bearer sesame"}, "203.0.113.7", 200),
    ],
)
def test_given_somebody_who_asks_for_the_figures_when_answered_then_only_who_may_reads_them(
    world: World, token: str, headers: dict[str, str], where: str, status: int
) -> None:
    here = replace(world, settings=world.settings.model_copy(update={"metrics_token": SecretStr(token)}))

    answer = browser_of(here).get("/metrics", headers=headers, environ_overrides={"REMOTE_ADDR": where})

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("token", "headers", "status"), [("", {}, 401), ("sesame", {"Authorization": "Bearer sesame"}, 200)]
)
def test_given_a_real_installation_when_somebody_comes_from_this_machine_then_only_the_token_counts(
    world: World, token: str, headers: dict[str, str], status: int
) -> None:
    changes = {"public_url": "https://lagniappe.example", "metrics_token": SecretStr(token)}
    real = replace(world, settings=world.settings.model_copy(update=changes))

    # A proxy beside us that hands on no more than it must looks like somebody on this machine.
    answer = browser_of(real).get("/metrics", headers=headers, environ_overrides={"REMOTE_ADDR": "127.0.0.1"})

    assert answer.status_code == status


def test_given_two_requests_when_answered_then_each_has_a_number_of_its_own(desk: Desk) -> None:
    numbers = [desk.browser.get("/healthz", headers={HEADER: "mine"}).headers[HEADER] for _ in range(2)]

    assert len({*numbers, "mine"}) == 3

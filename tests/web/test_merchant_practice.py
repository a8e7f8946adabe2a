"""What the launcher is told, and whether the line that it prints for newcomers truly works."""

import shutil
import subprocess
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import select

from app.store import chores, shops
from app.store.base import unit_of_work
from app.store.tables import Delivery
from app.web import create_app
from app.web.practice import PRACTICE_SECRET, PRACTICE_SHOP, signed_webhook
from integrations.sandbox import town
from tests.builders import NOON, mark, order, planned, usd
from tests.web.caller import Caller
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])


def summary(desk: Desk) -> dict[str, Any]:
    told: dict[str, Any] = desk.browser.get("/practice/summary").get_json()
    return told


def review(desk: Desk) -> None:
    with unit_of_work(desk.world.sessions) as session:
        chores.take(session, shop_id=desk.merchant.id, name="review", period="2026-11-21", now=NOON)


def test_given_the_towns_shop_and_secret_when_compared_then_the_pages_mean_the_same(database: str) -> None:
    assert (PRACTICE_SHOP, (PRACTICE_SECRET,)) == (town.PRACTICE_SHOP, town.PRACTICE_SECRETS)


def test_given_no_shop_yet_when_the_launcher_asks_then_it_is_not_ready(browser: FlaskClient) -> None:
    told = browser.get("/practice/summary").get_json()

    assert (told["ready"], told["counts"]) == (False, {})


def test_given_history_review_and_a_deed_when_the_launcher_asks_then_it_is_ready_and_told_what_is_seen(
    desk: Desk,
) -> None:
    rich = order(id=1, customer_id=1, net=usd(300_00))
    desk.buy(rich, order(id=2, customer_id=2, net=usd(100_00)))
    review(desk)
    desk.finish(desk.plan())

    told = summary(desk)

    assert told["ready"] is True
    assert told["lines"][:3] == [
        "Read 2 orders of 2 customers, who have spent $200.00 on average.",
        "1 of them are above $200.00 and active; 0 are marked.",
        "Done so far: 1 store tag.",
    ]
    assert told["counts"]["done_tag_customer"] == 1
    assert told["counts"]["above_and_active"] == 1


@pytest.mark.parametrize("missing", ["history", "review", "deed"])
def test_given_one_thing_is_missing_when_the_launcher_asks_then_it_is_not_ready(desk: Desk, missing: str) -> None:
    if missing == "history":
        with unit_of_work(desk.world.sessions) as session:
            shops.note_history(session, shop_id=desk.merchant.id, done_at=None)
    if missing != "review":
        review(desk)
    if missing != "deed":
        desk.finish(desk.plan(planned(mark())))

    assert summary(desk)["ready"] is False


def test_given_another_secret_is_configured_when_the_launcher_asks_then_it_is_never_told(desk: Desk) -> None:
    desk.buy(order())
    configured = desk.world.settings.model_copy(update={"shopify_client_secrets": SecretStr("shpss_real")})

    answer = create_app(replace(desk.world, settings=configured)).test_client().get("/practice/summary")

    assert answer.get_json()["lines"] != []
    assert "shpss_real" not in answer.text


BASH = shutil.which("bash") or ""


@pytest.mark.skipif(not BASH or not shutil.which("openssl"), reason="bash and openssl sign the line")
def test_given_the_printed_line_when_it_is_run_then_its_webhook_is_accepted_and_kept(desk: Desk) -> None:
    line = signed_webhook(1001, desk.merchant.domain, port=8765)
    pretend = "curl() { printf '%s\\n' \"$@\"; }; "  # says what it was told to send

    sent = subprocess.run([BASH, "-c", pretend + line], capture_output=True, text=True, check=True, timeout=30)

    words = sent.stdout.splitlines()
    headers = dict(word.split(": ", 1) for word in words if ": " in word)
    answer = Caller(desk.world).post("/webhooks/shopify", data=words[-1], headers=headers)
    with unit_of_work(desk.world.sessions) as session:
        kept = session.scalars(select(Delivery)).one()
    assert answer.status_code == 200
    assert (kept.shop_id, kept.topic, kept.body) == (desk.merchant.id, "orders/paid", b'{"id":1001}')

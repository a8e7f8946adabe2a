"""A canary in every field of everything that is sent to us: it is heard nowhere but where it is kept on purpose.

The real processes take what strangers, stores and agents say, well and badly made; then all that they wrote is
searched: their logs, Redis, every column of the database, and what the operations pages tell.
"""

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import func, select

from app.launcher.ports import LOOPBACK
from app.launcher.state import StateFolder
from app.store.base import Base, Session, open_database, reading, sessions_of
from app.store.tables import Delivery
from integrations.sandbox.helpdesk import people
from integrations.sandbox.store.announcing import signature
from integrations.sandbox.store.shops import TOPICS
from integrations.sandbox.town import PRACTICE_SECRETS, PRACTICE_SHOP
from tests.jobs.test_privacy import CANARY, all_of, singing
from tests.stack import Stack, running, until

# Where a stranger's words are kept on purpose, for as long as a person may need to look at them.
KEPT = {
    "deliveries.body": "the call as it came",
    "deliveries.topic": "signed for by the store's secret; a person looks at what was never heard of",
    "deliveries.sender": "whose inbox it named",
    "deliveries.delivery_key": "the name it bears",
    "deliveries.event_key": "the name of its news",
    "effects.payload": "the words that an agent wants to be printed on a card",
    "effects.key": "an agent's word that the same is meant once more",
    "effects.because": "the name by which an agent signs",
    "decisions.because": "the name by which an agent signs",
}
SECRETS = re.compile(r"shp(at|rt|ss|ca|pa)_\w|eyJ[\w-]+\.eyJ")  # tokens of the store, and proofs of who looks


@pytest.fixture(scope="module")
def sung(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Everything that was written while the canaries sang, by where it was written."""
    folder = tmp_path_factory.mktemp("canaries") / "var"
    url = f"sqlite:///{folder.parent / 'canaries.db'}"
    with running(folder, url) as stack:
        sessions = sessions_of(open_database(url))
        sing(stack)
        until(lambda: is_quiet(sessions))
        told = {page: fetched(f"{stack.app}/{page}") for page in ("healthz", "readyz", "metrics")}
        state = StateFolder(path=folder, lock=-1).recall()
        with Redis(host=LOOPBACK, port=int(state["REDIS_PORT"]), password=state["REDIS_PASSWORD"]) as redis:
            told["Redis"] = all_of(redis)
        with reading(sessions) as session:
            told |= columns(session)
    logs = [*folder.parent.glob("*.log"), *folder.rglob("*.log")]
    return told | {f"log {log.name}": log.read_text() for log in logs}


def test_given_canaries_in_every_field_when_all_that_was_written_is_searched_then_none_sings_where_it_should_not(
    sung: Mapping[str, str],
) -> None:
    heard = {where for where, text in sung.items() if CANARY in text}

    assert heard - set(KEPT) == set()
    assert heard >= {"deliveries.body", "effects.payload"}, "nobody sang"


def test_given_tokens_and_keys_when_all_that_was_written_is_searched_then_none_lies_open(
    sung: Mapping[str, str],
) -> None:
    keys = [people.API_KEY, people.HOOK_SECRET, *PRACTICE_SECRETS]
    shown = {"log var.log"}  # the demo shows how to sign a webhook by hand, with the secret that practice made up

    assert {where for where, text in sung.items() if any(key in text for key in keys)} - shown == set()
    assert {where for where, text in sung.items() if SECRETS.search(text)} == set()


def test_given_the_logs_when_read_then_every_line_of_our_processes_is_one_event(sung: Mapping[str, str]) -> None:
    logs = {where: text for where, text in sung.items() if where.startswith(("log web", "log worker", "log ticker"))}

    assert len(logs) >= 3
    for where, text in logs.items():
        assert [line for line in text.splitlines() if not line.startswith("{")] == [], where
        assert all("event" in json.loads(line) for line in text.splitlines())
    assert "Traceback" not in "".join(logs.values())


def sing(stack: Stack) -> None:
    """Say everything that can be said to the app, with a canary in every field."""
    customer = stack.get("/town/cast")["fourth_order_customer"]
    newest = max((letter["id"] for letter in stack.get("/town/letters")), default=0)
    order = stack.order(customer, announce="lose")["order_id"]
    stack.post(f"/town/orders/{order}/fulfil", {"step": "send", "announce": "lose"})
    stack.post(f"/town/customers/{customer}/tags", {"add": [CANARY]})
    letters = [singing(letter) for letter in stack.get(f"/town/letters?after={newest}") if letter["sender"] == "store"]
    assert {letter["subject"] for letter in letters} >= {"orders/create", "orders/paid", "orders/updated"}
    for letter in letters:
        tell(stack, letter["subject"], letter["body"].encode())
    for topic in (*TOPICS, CANARY):
        tell(stack, topic, json.dumps({"id": CANARY, "note": CANARY, "customer": {"email": CANARY}}).encode())
    for number, spoilt in enumerate(
        (CANARY, f'"{CANARY}"', f'{{"id": "{CANARY}', f'{{"id": 1e999, "n": "{CANARY}\\n{{"}}')
    ):
        tell(stack, "orders/paid", spoilt.encode(), **{"X-Shopify-Webhook-Id": f"{CANARY}-{number}"})
    tell(stack, "orders/paid", b"{}", **{"X-Shopify-Shop-Domain": f"{CANARY}.myshopify.com"})
    tell(stack, "orders/paid", b"{}", **{"X-Shopify-Hmac-Sha256": CANARY})
    ticket = stack.post("/town/tickets", {"customer_id": customer, "subject": CANARY})["ticket_id"]
    press = {
        "v": "1",
        "event": "action",
        "ticket_id": str(ticket),
        "agent_name": CANARY,
        "agent_email": f"{CANARY}@x.example",
    }
    email = stack.get(f"/town/customers/{customer}")["email"]
    for form in (
        {"action": "flowers", "message": CANARY, "confirm": CANARY, "customer_email": email},
        {"action": "refund_keep", "amount": CANARY, "order": CANARY, "customer_email": email},
        {"action": CANARY, "customer_email": f"{CANARY}@x.example"},
    ):
        desk(stack, people.HOOK_TOKEN, press | form, people.HOOK_SECRET)
    desk(stack, CANARY, press, CANARY)
    for path in (
        CANARY,
        f"ledger?q={CANARY}",
        f"?id_token={CANARY}",
        f"customers/{CANARY}",
        f"?host={CANARY}&shop={CANARY}",
    ):
        fetched(f"{stack.app}/{path}", Authorization=f"Bearer {CANARY}")


def tell(stack: Stack, topic: str, body: bytes, **others: str) -> None:
    """Send a webhook as the store does."""
    headers = {
        "X-Shopify-Topic": topic,
        "X-Shopify-Shop-Domain": PRACTICE_SHOP,
        "X-Shopify-Webhook-Id": f"{topic}-{len(body)}",
        "X-Shopify-Hmac-Sha256": signature(body, PRACTICE_SECRETS[0]),
        "Content-Type": "application/json",
    }
    fetched(f"{stack.app}/webhooks/shopify", body, **headers | others)


def desk(stack: Stack, token: str, said: Mapping[str, str], secret: str) -> None:
    """Send a press as the helpdesk does."""
    fetched(f"{stack.app}/hooks/gorgias/{token}", json.dumps(said).encode(), **{"X-Lagniappe-Secret": secret})


def fetched(url: str, body: bytes | None = None, **headers: str) -> str:
    """Return what is answered, and under what headers, whether it is a yes or a no."""
    request = urllib.request.Request(url, data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return f"{answer.headers}{answer.read().decode()}"
    except urllib.error.HTTPError as refused:
        return f"{refused.headers}{refused.read().decode()}"


def is_quiet(sessions: Any) -> bool:
    """Return whether every delivery has come to its end."""
    with reading(sessions) as session:
        return session.scalar(select(func.count()).where(Delivery.next_try_at.is_not(None))) == 0


def columns(session: Session) -> dict[str, str]:
    """Return everything that is kept, column by column."""
    return {
        f"{name}.{column.name}": "\n".join(str(value) for value in session.scalars(select(column)))
        for name, table in Base.metadata.tables.items()
        for column in table.columns
    }

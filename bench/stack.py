"""Our real processes with shops to work for: what a flash sale meets, on one machine."""

import base64
import hashlib
import hmac
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import requests
from pydantic import SecretStr
from sqlalchemy import func, select

from app.config import Settings
from app.domain.effects import Plan, TagCustomer
from app.domain.policy import Brake, Measure, Mode, Policy, SpecialCustomer
from app.domain.ports import ShopProfile
from app.launcher.ports import free_port
from app.store import chores, inbox, ledger, shops, yardstick
from app.store.base import open_database, reading, sessions_of, unit_of_work
from app.store.sealed import Seal
from app.store.tables import Customer, Effect
from bench.remote import Remote
from bench.shop import SEAL_KEY, let_in
from jobs.clock import Clock
from jobs.queue import Bell, Task
from jobs.review import REVIEW
from jobs.runtime import World, purse, way_out

SECRET = "bench-secret"  # noqa: S105  # of a store that is made up
AGAIN_SECONDS = 0.5  # a real store waits far longer before it sends again
BODY = {"note": "x" * 7000}  # as long as a store's own
_POLICY = Policy(
    special_customer=SpecialCustomer(mode=Mode.AUTO, measure=Measure.FIXED, fixed_minor=100_00),
    brake=Brake(least_deeds=1_000_000),  # every order here earns a mark: a rule running wild, to anybody else
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A database with shops in it, a Redis, a remote, and the environment of every process."""

    world: World
    remote: Remote
    environment: dict[str, str]
    web_url: str
    shops: list[int] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)  # posts that web could not keep just then

    @contextmanager
    def at_work(self, *names: str) -> Iterator[None]:
        """Let these processes run until the block ends."""
        command = [sys.executable, "-m", "app"]
        with ExitStack() as running:
            for name in names:
                process = subprocess.Popen([*command, name], env=self.environment, stdout=subprocess.DEVNULL)
                running.callback(process.wait)
                running.callback(process.terminate)
            if "web" in names:
                _until(lambda: _answers(self.web_url), 30)
            yield

    def plan_tags(self, shop_id: int, customers: Iterable[int]) -> None:
        """Plan the mark of customers who have just become special."""
        merchant, now = self.world.merchant(shop_id), self.world.clock.now()
        assert merchant is not None
        with unit_of_work(self.world.sessions) as session:
            for number in customers:
                session.add(Customer(shop_id=shop_id, customer_id=number, net_minor=900_00, orders=1, special=True))
                effect = TagCustomer(customer_id=number, tag="make-it-right", present=True, occasion="standing-1")
                ledger.plan(
                    session,
                    shop_id=shop_id,
                    decision_id=None,
                    rule="special_customer",
                    because="They are special.",
                    plan=Plan(effect=effect, due_at=now),
                    mode=Mode.AUTO,
                    purse=purse(merchant, now),
                    now=now,
                )

    def receive(self, shop_id: int, orders: Iterable[int]) -> None:
        """Put webhooks into the inbox, as if the web processes had just kept them."""
        now = self.world.clock.now()
        with unit_of_work(self.world.sessions) as session:
            for number in orders:
                inbox.receive(
                    session,
                    shop_id=shop_id,
                    source="shopify",
                    sender=_domain(self.shops.index(shop_id)),
                    topic="orders/paid",
                    delivery_key=f"burst-{number}",
                    body=json.dumps({"id": number} | BODY).encode(),
                    now=now,
                )

    def ring(self, *shop_ids: int) -> None:
        for shop_id in shop_ids:
            self.world.bell.ring(Task.DRAIN, shop_id)

    def post(self, through: requests.Session, shop_id: int, order_id: int) -> float:
        """Send the webhook of an order as the store does, again where it was refused; return the moment before."""
        address = f"{self.web_url}/webhooks/shopify"
        body = json.dumps({"id": order_id} | BODY).encode()
        digest = base64.b64encode(hmac.digest(SECRET.encode(), body, hashlib.sha256)).decode()
        headers = {
            "X-Shopify-Hmac-Sha256": digest,
            "X-Shopify-Topic": "orders/paid",
            "X-Shopify-Shop-Domain": _domain(self.shops.index(shop_id)),
            "X-Shopify-Webhook-Id": f"delivery-{order_id}",
            "Content-Type": "application/json",
        }
        began = time.monotonic()
        while (answer := through.post(address, data=body, headers=headers, timeout=30)).status_code == 503:
            self.refused.append(order_id)
            time.sleep(AGAIN_SECONDS)
        answer.raise_for_status()
        return began

    def pause(self, *, paused: bool) -> None:
        """Stop every shop, or let it go on: what is planned meanwhile begins all at once."""
        with unit_of_work(self.world.sessions) as session:
            for shop_id in self.shops:
                shops.pause(session, shop_id=shop_id, paused=paused)

    def warmed_up(self) -> set[str]:
        """Let every shop's first deed be done, so that all have started and each bucket is known; return whose."""
        for shop_id in self.shops:
            self.plan_tags(shop_id, [1_000_000])
        self.ring(*self.shops)
        self.until_done(60)
        return set(self.remote.state()["tagged"])

    def tagged(self) -> dict[tuple[int, int], float]:
        """Return when each customer of each shop got their tag, by the remote's own books."""
        found = self.remote.state()["tagged"]
        names = {_domain(place): shop_id for place, shop_id in enumerate(self.shops)}
        return {(names[shop], int(number)): at for (shop, number), at in _split(found)}

    def open_deeds(self) -> int:
        """Return how many deeds have not ended."""
        with reading(self.world.sessions) as session:
            return session.scalar(select(func.count()).where(Effect.ended_at.is_(None))) or 0

    def until_done(self, seconds: float) -> None:
        """Wait until no deed is left to do."""
        _until(lambda: self.open_deeds() == 0, seconds)


@contextmanager
def stack(database_url: str, redis_url: str, remote: Remote, *, count: int, threads: int = 32) -> Iterator[Stack]:
    """Yield our processes' surroundings, with so many shops whose past is read."""
    with tempfile.TemporaryDirectory(prefix="lagniappe-bench-") as folder:
        port = free_port()
        chosen = Settings.model_construct(
            app_var=Path(folder),
            database_url=database_url,
            redis_url=redis_url,
            seal_keys=SecretStr(SEAL_KEY),
            shopify_origin=remote.origin,
            shopify_client_secrets=SecretStr(SECRET),
        )
        here = World(
            settings=chosen,
            sessions=sessions_of(open_database(database_url)),
            seal=Seal.from_settings((SEAL_KEY,)),
            clock=Clock(),
            bell=Bell.at(redis_url, patient=True),
            http=way_out(chosen),
        )
        here.bell.redis.flushall()
        environment = {
            "LAGNIAPPE_NO_VENV": "1",
            "APP_VAR": folder,
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "SEAL_KEYS": SEAL_KEY,
            "SHOPIFY_CLIENT_ID": "bench",
            "SHOPIFY_CLIENT_SECRETS": SECRET,
            "SHOPIFY_ORIGIN": remote.origin,
            "WEB_PORT": str(port),
            "WORKER_THREADS": str(threads),
        }
        ids = [_moved_in(here, place) for place in range(count)]
        try:
            yield Stack(
                world=here, remote=remote, environment=environment, web_url=f"http://127.0.0.1:{port}", shops=ids
            )
        finally:
            here.sessions.kw["bind"].dispose()
            here.bell.redis.close()


def _moved_in(here: World, place: int) -> int:
    now = here.clock.now()
    profile = ShopProfile(domain=_domain(place), name="Bench", currency="USD", timezone="UTC")
    with unit_of_work(here.sessions) as session:
        shop_id = shops.install(session, profile=profile, policy=_POLICY, now=datetime(2026, 11, 1, tzinfo=UTC))
        let_in(session, here, shop_id)
        shops.note_history(session, shop_id=shop_id, done_at=now, swept_to=now)
        # Customers without orders would be put right by the day's review, and nobody be special any more. So there is
        # none, and what it measures is measured here: without it nobody would become special at all.
        yardstick.measure(session, shop_id=shop_id, policy=_POLICY.special_customer, now=now)
        chores.take(session, shop_id=shop_id, name=REVIEW, period=f"{now:%Y-%m-%d}", now=now)
    return shop_id


def _domain(place: int) -> str:
    return f"bench-{place}.myshopify.com"


def _split(found: dict[str, float]) -> Iterator[tuple[tuple[str, str], float]]:
    for whom, at in found.items():
        shop, _, number = whom.partition("/")
        yield (shop, number), at


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/healthz", timeout=5).ok
    except requests.ConnectionError:
        return False


def _until(holds: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError("it was not done in time")
        time.sleep(0.05)

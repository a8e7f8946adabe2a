"""The whole house as the launcher starts it, its web server spoken to byte by byte, and a look into its books."""

import base64
import hashlib
import json
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

from redis import Redis
from rq import Queue
from rq.job import Job
from rq.registry import StartedJobRegistry
from rq.serializers import JSONSerializer
from sqlalchemy import select

from app.domain.effects import State
from app.launcher.guard import descendants
from app.launcher.ports import LOOPBACK
from app.launcher.state import StateFolder
from app.store import shops
from app.store.base import Sessions, open_database, reading, sessions_of, unit_of_work
from app.store.tables import Decision, Delivery, Effect, Grant, Shop
from integrations.sandbox.store.admin import id_token
from integrations.sandbox.town import PRACTICE_SHOP, TownSettings
from integrations.shopify import webhooks as shopify
from jobs.queue import QUEUE
from tests.hostile.case import (
    HELPDESK,
    HOOK,
    OLDER_SECRET,
    OTHER_SHOP,
    SECRET,
    Headers,
    Letter,
    instead,
    signed,
    wire,
)
from tests.hostile.desk_visits import Badges, Visit
from tests.hostile.lines import CROWDS, standing
from tests.hostile.pages import token
from tests.hostile.redis_jobs import Job as StrangeJob
from tests.hostile.storage import NOTE, Row
from tests.stack import Stack, running, until

Form = Mapping[str, str] | bytes
URLENCODED = "application/x-www-form-urlencoded"
MOST_HEARD_BYTES = 4 * 1024 * 1024
PATIENCE_SECONDS = 30.0  # for an answer: a test counts, and the clock only ends what hangs
QUIET = {"SWEEP_SECONDS": "900", "SANDBOX_CUSTOMERS": "100", "SHOPIFY_CLIENT_SECRETS": f"{SECRET},{OLDER_SECRET}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; status 0 for a line that was closed without a word. `answers`: how many came in all."""

    status: int
    head: str = ""
    body: bytes = b""
    answers: int = 0

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    def header(self, name: str) -> str:
        """Return a header's value, or nothing."""
        found = re.search(rf"^{name}: *(.*?)\r?$", self.head, re.IGNORECASE | re.MULTILINE)
        return found[1] if found else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A running house, seen from outside and from its books."""

    stack: Stack
    sessions: Sessions
    folder: Path
    known: Mapping[str, str]
    lingering: list[socket.socket]  # lines that have been silent since the house was opened, or nearly so

    @property
    def port(self) -> int:
        """Where the web server listens."""
        return int(self.stack.app.rpartition(":")[2])

    def say(self, sent: bytes, *, seconds: float = PATIENCE_SECONDS, hangs_up: bool = False) -> Answer:
        """Send bytes to the web server, and hear what it says until it hangs up, or we do."""
        return say(self.port, sent, seconds, hangs_up=hangs_up)

    def open(
        self,
        path: str,
        *,
        form: Form | None = None,
        kind: str = URLENCODED,
        worn: str | None = None,
        shop: str = PRACTICE_SHOP,
    ) -> Answer:
        """Open a page, or press with a form, as somebody of that shop; `worn` is another proof than a good one."""
        proof = f"Bearer {token(self.claims(shop))}" if worn is None else worn
        headers: Headers = (("Authorization", proof),) if proof else ()
        if form is None:
            return self.say(wire(headers, b"", method="GET", path=path, length=""))
        body = form if isinstance(form, bytes) else urlencode(form).encode()
        return self.say(wire((*headers, ("Content-Type", kind)), body, path=path))

    def visit(self, badges: Badges, visit: Visit) -> Answer:
        """Call at the desk as its page does, or nearly so."""
        body = {"desk": visit.desk or badges.desk, "about": visit.about(badges)}
        body |= {name: recipe(badges) for name, recipe in visit.more.items()}
        return self._at_the_desk(visit.path.replace("@effect@", self.of("effect")), visit.worn(badges), body)

    def badges(self) -> Badges:
        """Let agents of both shops in to the desk."""
        ticket, customer = self.known["ticket"], self.known["customer"]
        path = f"/practice/desk?ticket={ticket}&customer={customer}"
        led = self.say(wire((), b"", method="GET", path=path, host=LOOPBACK, length="")).header("Location")
        desk, _, fragment = led.rpartition("/")[2].partition("#pass=")
        about, _, code = fragment.partition("&in=")
        token = self._come_in(code)
        gone, let_go = self._hired(PRACTICE_SHOP)
        self.open(f"/team/{gone}/active", form={"active": "0"})
        _, signed_out = self._hired(PRACTICE_SHOP, "Max")
        assert self._at_the_desk("/desk/leave", f"Bearer {signed_out}", {}).status == 200
        _, others = self._hired(OTHER_SHOP)
        return Badges(
            desk=desk, about=about, token=token, others=others, let_go=let_go, signed_out=signed_out, used=code
        )

    def _hired(self, shop: str, name: str = "Ann") -> tuple[int, str]:
        """Take somebody into a shop's team and sign them in; return their number and their token."""
        form = {"name": name, "email": f"{name}@x.example", "role": "agent"}
        assert self.open("/team", form=form, shop=shop).status == 303
        number = int(re.findall(rf'id="agent-(\d+)-name">{name}<', self.open("/team", shop=shop).text)[0])
        page = self.open(f"/team/{number}/link", form={}, shop=shop).text
        return number, self._come_in(page.partition("/desk#in=")[2].partition('"')[0])

    def _come_in(self, code: str) -> str:
        answer = self._at_the_desk("/desk/enter", "", {"code": code, "browser": "b" * 32})
        return str(json.loads(answer.text)["token"])

    def _at_the_desk(self, path: str, worn: str, body: Mapping[str, str]) -> Answer:
        headers: Headers = (("Content-Type", "application/json"), *((("Authorization", worn),) if worn else ()))
        return self.say(wire(headers, json.dumps(body).encode(), path=path))

    def now(self) -> datetime:
        """Return the time in the town."""
        return datetime.fromisoformat(self.stack.get("/town/state")["now"])

    def claims(self, shop: str = PRACTICE_SHOP) -> dict[str, object]:
        """Return what a good token of this minute says."""
        made = id_token(TownSettings(), shop, self.now())
        said = made.split(".")[1]
        claims: dict[str, object] = json.loads(base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)))
        return claims

    def post(self, letter: Letter, key: str) -> Answer:
        """Post a letter as its sender does, `key` being its id unless it brings its own."""
        body = self.filled(letter)
        if letter.helpdesk:
            return self.say(wire(HELPDESK, body, path=HOOK))
        return self.say(wire(self.headers(letter, key), body))

    def headers(self, letter: Letter, key: str) -> Headers:
        """Return what stands beside a store's letter."""
        headers = signed(self.filled(letter), topic=letter.topic, shop=letter.shop, key=key)
        for name, value in letter.headers:
            headers = instead(headers, name, value)
        return headers

    def filled(self, letter: Letter) -> bytes:
        """Return the letter's body, speaking of what there is in this house."""
        body = letter.body
        for name, value in self.known.items():
            body = body.replace(f"@{name}@".encode(), value.encode())
        return body

    def kept(self, letter: Letter, key: str) -> Delivery | None:
        """Return what was kept of a letter that was posted under this key."""
        body = self.filled(letter)
        if letter.helpdesk:
            source, known = "gorgias", hashlib.sha256(b"%d:%s" % (self.shop_id(PRACTICE_SHOP), body)).hexdigest()
        else:
            source, known = "shopify", shopify.delivery_key(dict(self.headers(letter, key)), body)
        statement = select(Delivery).where(Delivery.source == source, Delivery.delivery_key.startswith(known))
        with reading(self.sessions) as session:
            return session.scalars(statement).first()

    def deeds(self, delivery_id: int) -> list[str]:
        """Return the kinds of deeds that a delivery brought about."""
        of_it = (
            select(Effect.kind)
            .join(Decision, Decision.id == Effect.decision_id)
            .where(Decision.delivery_id == delivery_id)
        )
        with reading(self.sessions) as session:
            return list(session.scalars(of_it))

    def effects(self) -> list[tuple[int, str]]:
        """Return every deed of every shop, and how far it has come."""
        with reading(self.sessions) as session:
            return [(row.id, row.state) for row in session.scalars(select(Effect).order_by(Effect.id))]

    def effect(self, number: int) -> Effect:
        """Return one deed."""
        with reading(self.sessions) as session:
            return session.get_one(Effect, number)

    def of(self, what: str) -> str:
        """Return an id of the practice shop's: an order's, a customer's, a deed's, a request's."""
        if what in self.known:
            return self.known[what]
        return str(self.effects()[0][0]) if what == "effect" else "1"

    def waits(self, *, but_for: str = "") -> bool:
        """Return whether any delivery is still to be looked at, other than of one shop."""
        waiting = select(Delivery.id).where(Delivery.next_try_at.is_not(None), Delivery.sender != but_for)
        with reading(self.sessions) as session:
            return session.scalar(waiting.limit(1)) is not None

    def slip_in(self, job: StrangeJob) -> str:
        """Put a stranger's job into the workers' queue; return its id."""
        with self.redis() as redis:
            row = Job.create("jobs.tasks.drain", args=[0], connection=redis, serializer=JSONSerializer, origin=QUEUE)
            row.save()
            redis.hset(row.key, mapping={"data": job.data, **dict(job.also)})
            redis.rpush(Queue(QUEUE, connection=redis).key, row.id)
            return row.id

    def job_is_over(self, name: str) -> bool:
        """Return whether no worker will take the job up again."""
        with self.redis() as redis:
            queue = Queue(QUEUE, connection=redis)
            return name not in queue.job_ids and name not in StartedJobRegistry(queue=queue).get_job_ids(cleanup=False)

    def write(self, row: Row) -> int:
        """Write a deed into the practice shop's ledger as a newer version, or a hand, might have."""
        now, shop_id = self.now(), self.shop_id(PRACTICE_SHOP)
        usual = {"kind": "post_note", "rule": "flowers", "state": State.PLANNED, "payload": NOTE, "because": "because"}
        moments = {"due_at": now, "next_try_at": now, "created_at": now}
        with unit_of_work(self.sessions) as session:
            effect = Effect(shop_id=shop_id, key=row.name, attempts=0, sends=0, **(usual | moments | dict(row.odd)))
            session.add(effect)
            session.flush()
            return effect.id

    @contextmanager
    def spoilt(self, spoil: Callable[[bytes, bytes], bytes]) -> Iterator[None]:
        """Spoil the other shop's token while the block runs."""
        mine, theirs = self.shop_id(PRACTICE_SHOP), self.shop_id(OTHER_SHOP)
        with unit_of_work(self.sessions) as session:
            own, others = session.get_one(Grant, theirs).sealed_token, session.get_one(Grant, mine).sealed_token
            assert own is not None
            assert others is not None
            session.get_one(Grant, theirs).sealed_token = spoil(own, others)
        try:
            yield
        finally:
            with unit_of_work(self.sessions) as session:
                session.get_one(Grant, theirs).sealed_token = own

    def left_alone_for(self, domain: str) -> int:
        """Return for how many seconds a shop is still left alone."""
        with reading(self.sessions) as session:
            until = session.scalars(select(Shop.closed_until).where(Shop.domain == domain)).one()
        return 0 if until is None else max(0, int((until - self.now()).total_seconds()))

    def wait(self, seconds: int) -> None:
        """Let time pass, for everybody."""
        self.stack.post("/town/clock", {"seconds": seconds})

    def most_memory(self, name: str) -> int:
        """Return how many bytes a process of ours has ever held, as Linux tells."""
        (running,) = [pid for pid in descendants(self.stack.process.pid) if _is_ours(pid, name)]
        told = Path(f"/proc/{running}/status").read_text()
        return int(re.findall(r"VmHWM:\s+(\d+) kB", told)[0]) * 1024

    def shop_id(self, domain: str) -> int:
        """Return a shop's id; it must be in."""
        with reading(self.sessions) as session:
            found = shops.by_domain(session, domain)
        assert found is not None
        assert found.installed
        return found.id

    def past_is_read(self, domain: str) -> bool:
        """Return whether the shop's past is known, so that its letters are handled."""
        with reading(self.sessions) as session:
            return shops.history_state(session, shop_id=self.shop_id(domain)).done_at is not None

    def redis(self) -> Redis:
        """Return a line to the house's own Redis."""
        known = StateFolder(path=self.folder, lock=-1).recall()
        return Redis(host=LOOPBACK, port=int(known["REDIS_PORT"]), password=known["REDIS_PASSWORD"])

    def logs(self) -> dict[str, str]:
        """Return what every process of ours has said so far, the launcher too."""
        said = {path.stem: path.read_text(errors="replace") for path in (self.folder / "log").glob("*.log")}
        return said | {"launcher": self.folder.with_suffix(".log").read_text(errors="replace")}


def say(port: int, sent: bytes, seconds: float = PATIENCE_SECONDS, *, hangs_up: bool = False) -> Answer:
    """Send bytes to a port, and hear what is said until the other side hangs up or has nothing to add."""
    with socket.create_connection((LOOPBACK, port), timeout=seconds) as line:
        with suppress(OSError):  # it has heard enough; what it said is still to be read
            line.sendall(sent)
        return _heard(line, most=1 if hangs_up else MOST_HEARD_BYTES)


def _heard(line: socket.socket, most: int) -> Answer:
    heard = b""
    with suppress(OSError):
        while len(heard) < most and (piece := line.recv(65_536)):
            heard += piece
            if _is_whole(heard):
                line.settimeout(0.2)  # something smuggled in would be answered now
    head, _, body = heard.partition(b"\r\n\r\n")
    first = re.match(rb"HTTP/1\.[01] (\d{3})", head)
    return Answer(
        status=int(first[1]) if first else 0,
        head=head.decode("latin-1"),
        body=body,
        answers=len(re.findall(rb"HTTP/1\.[01] \d{3} ", heard)),
    )


def _is_ours(pid: int, name: str) -> bool:
    words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    return words[-4:-1] == ["-m", "app", name] and not any(word.endswith("guard.py") for word in words)


def _is_whole(heard: bytes) -> bool:
    head, found, body = heard.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
    return bool(found) and length is not None and len(body) >= int(length[1])


@contextmanager
def at_home(folder: Path, database_url: str) -> Iterator[House]:
    """Start a house, let two shops in, and yield it."""
    engine = open_database(database_url)
    try:
        with running(folder, database_url, ports=None, **QUIET) as stack:
            lingering: list[socket.socket] = []
            sessions = sessions_of(engine)
            house = House(stack=stack, sessions=sessions, folder=folder, known=_known(stack), lingering=lingering)
            until(lambda: house.open("/", shop=OTHER_SHOP).status == 200)
            until(lambda: house.past_is_read(OTHER_SHOP))
            with ExitStack() as crowds:
                for crowd in CROWDS:
                    lingering += crowds.enter_context(standing(house.port, replace(crowd, size=1)))
                yield house
    finally:
        engine.dispose()


def _known(stack: Stack) -> dict[str, str]:
    """Return what letters may speak of: a customer with an order and a ticket, and addresses much like theirs."""
    stack.post(f"/town/shops/{OTHER_SHOP}", {"token": ""})
    customer = int(stack.get("/town/cast")["bereaved_customers"][0])
    order = int(stack.get(f"/town/customers/{customer}")["orders"][-1]["id"])
    email = str(stack.get(f"/town/customers/{customer}")["email"])
    mailbox, _, host = email.partition("@")
    return {
        "order": str(order),
        "customer": str(customer),
        "name": str(stack.get(f"/town/orders/{order}")["name"]),
        "ticket": str(stack.post("/town/tickets", {"customer_id": customer})["ticket_id"]),
        "email": email,
        "plus": f"{mailbox}+more@{host}",
        "dot": f"{mailbox[0]}.{mailbox[1:]}@{host}",
        "punycode": f"{mailbox}@xn--{host}",
        "homograph": email.replace("e", "\u0435"),
    }

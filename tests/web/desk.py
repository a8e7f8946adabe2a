"""A merchant at the desk: fills the books with what happened, opens pages, presses buttons."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlalchemy.engine import Engine
from werkzeug.test import TestResponse

from app.domain import facts
from app.domain.decisions import Decision
from app.domain.effects import Plan, State
from app.domain.people import Asked, Person
from app.domain.policy import Mode, Policy
from app.store import endings, inbox, ledger, orders, privacy, shops, yardstick
from app.store.base import unit_of_work
from app.store.ledger import Deed
from app.store.shops import Merchant
from app.store.tables import Effect
from integrations.sandbox.store.admin import id_token
from integrations.sandbox.town import TownSettings
from jobs.carry_out import carry_out
from jobs.runtime import World
from tests.builders import SettableClock, planned, profile, receipt
from tests.conftest import let_in
from tests.connected import with_a_helpdesk
from tests.store.bookkeeping import pick

LEASE = timedelta(minutes=1)
ADA = Person(ids=frozenset({55}), words=frozenset({"ada@example.com"}))


def hidden(page: str, action: str) -> dict[str, str]:
    """Return what the form that leads there says by itself."""
    form = page.partition(f'action="{action}"')[2].partition("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w*)">', form))


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One shop's books, and a browser before them. Every deed gets a decision of its own."""

    world: World
    merchant: Merchant
    browser: FlaskClient
    clock: SettableClock

    def open(self, path: str = "/") -> str:
        """Return the page's text; it must be there."""
        answer = self.ask(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def press(self, path: str, **form: str) -> TestResponse:
        """Press a button of our own page."""
        return self.browser.post(path, data=form, headers=self.proof())

    def set_mode(self, rule: str, mode: str) -> TestResponse:
        """Press one of a rule's modes on a page that shows how far the rule goes now."""
        return self.press(f"/rules/{rule}/mode", mode=mode, seen=self.mode(rule).value)

    def ask(self, path: str, **headers: str) -> TestResponse:
        """Fetch a page as its own script does."""
        return self.browser.get(path, headers=self.proof() | headers)

    def proof(self) -> dict[str, str]:
        """Return the header that says who looks: somebody of this desk's shop, just now."""
        return {"Authorization": f"Bearer {self.token()}"}

    def token(self, **changes: object) -> str:
        """Return an ID token of this desk's shop; change only what the test is about."""
        return id_token(TownSettings(), self.merchant.domain, self.clock.now(), **changes)

    def allow(self, policy: Policy) -> "Desk":
        """Return the desk of a merchant who has decided otherwise."""
        with unit_of_work(self.world.sessions) as session:
            shops.change_policy(session, shop_id=self.merchant.id, policy=policy, now=self.clock.now())
        return replace(self, merchant=replace(self.merchant, policy=policy))

    def decide(
        self,
        *plans: Plan,
        rule: str = "special_customer",
        subject: str = "customer:55",
        code: str = "entered",
        because: str = "They are kind.",
    ) -> list[int]:
        """Carry a decision out; return the ids of the deeds it planned."""
        decision = Decision(rule=rule, subject=subject, code=code, because=because, plans=plans)
        with unit_of_work(self.world.sessions) as session:
            newest = session.scalar(select(func.max(Effect.id))) or 0
            carry_out(session, with_a_helpdesk(self.merchant), decision, now=self.world.clock.now())
            return list(session.scalars(select(Effect.id).where(Effect.id > newest).order_by(Effect.id)))

    def plan(self, plan: Plan | None = None, *, rule: str = "special_customer", because: str = "They are kind.") -> int:
        """Plan one deed; return its id."""
        return self.decide(plan or planned(), rule=rule, because=because)[0]

    def send(self, effect_id: int) -> Deed:
        """Bring a planned deed to the moment of its call."""
        now = self.world.clock.now()
        with unit_of_work(self.world.sessions) as session:
            session.get_one(Effect, effect_id).next_try_at = now
            session.flush()
            held = pick(session, effect_id, shop_id=self.merchant.id, now=now, lease=LEASE)
            sent = held and ledger.gate(session, held, now=now, lease=LEASE)
        assert sent is not None
        return sent

    def finish(self, effect_id: int, reference: str = "gid://1") -> None:
        """Do a planned deed."""
        sent = self.send(effect_id)
        with unit_of_work(self.world.sessions) as session:
            assert endings.done(session, sent, receipt(reference=reference), now=self.world.clock.now())

    def doubt(self, effect_id: int) -> None:
        """Lose the answer to a planned deed that only a person can ask about."""
        sent = self.send(effect_id)
        with unit_of_work(self.world.sessions) as session:
            assert endings.doubt(session, sent, until=None, why="nobody answered")

    def misunderstand(self, problem: str) -> None:
        """Keep a delivery that makes no sense."""
        now = self.world.clock.now()
        with unit_of_work(self.world.sessions) as session:
            inbox.receive(
                session,
                shop_id=self.merchant.id,
                source="shopify",
                sender=self.merchant.domain,
                topic="orders/paid",
                delivery_key=problem,
                body=b"{",
                now=now,
            )
            (letter,) = inbox.claim(session, shop_id=self.merchant.id, now=now, lease=LEASE, limit=1)
            assert inbox.set_aside(session, letter, problem=problem)

    def note(self, kind: Asked) -> int:
        """Write down what Ada asked about her data; return the request's number."""
        now, seal = self.world.clock.now(), self.world.seal
        with unit_of_work(self.world.sessions) as session:
            return privacy.note(session, shop_id=self.merchant.id, kind=kind, person=ADA, seal=seal, now=now)

    def hand_over(self, copy: str = '{"kept": {}}') -> int:
        """Keep a copy of Ada's data for the merchant; return the request's number."""
        request, now, seal = self.note(Asked.COPY), self.world.clock.now(), self.world.seal
        with unit_of_work(self.world.sessions) as session:
            privacy.hand_over(session, shop_id=self.merchant.id, request_id=request, copy=copy, seal=seal, now=now)
        return request

    def buy(self, *bought: facts.Order) -> None:
        """Write orders into the ledger and take the shop's measure."""
        with unit_of_work(self.world.sessions) as session:
            orders.write(session, shop_id=self.merchant.id, orders=list(bought))
            orders.recount(session, shop_id=self.merchant.id)
            policy = self.merchant.policy.special_customer
            yardstick.measure(session, shop_id=self.merchant.id, policy=policy, now=self.world.clock.now())

    def state(self, effect_id: int) -> State:
        """Return how far a deed has come."""
        with unit_of_work(self.world.sessions) as session:
            return State(session.get_one(Effect, effect_id).state)

    def mode(self, rule: str) -> Mode:
        """Return how far a rule may go, as the books say now."""
        with unit_of_work(self.world.sessions) as session:
            merchant = shops.by_id(session, self.merchant.id)
        assert merchant is not None
        return merchant.policy.mode_of(rule)

    def twin(self) -> "Desk":
        """Return the desk of another shop in the same books."""
        with unit_of_work(self.world.sessions) as session:
            shop_id = shops.install(
                session,
                profile=profile(domain="twin.myshopify.com", name="Twin"),
                policy=self.merchant.policy,
                now=self.world.clock.now(),
            )
            let_in(session, shop_id, self.world.seal)
            merchant = shops.by_id(session, shop_id)
        assert merchant is not None
        return replace(self, merchant=merchant)

    def statements(self, path: str) -> list[str]:
        """Open a page; return what it asked the database."""
        asked: list[str] = []
        engine: Engine = self.world.sessions.kw["bind"]
        listener = lambda _c, _u, statement, *_: asked.append(statement)  # noqa: E731
        event.listen(engine, "before_cursor_execute", listener)
        self.open(path)
        event.remove(engine, "before_cursor_execute", listener)
        return asked


def rows_of(page: str) -> list[int]:
    """Return the ids of the ledger rows that a page shows, in its order."""
    return [int(found) for found in re.findall(r'<tr id="effect-(\d+)"', page)]

"""A merchant's Zendesk in the practice town: connected, furnished, and brought to our own door by the test."""

from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient

from app.store import setups
from app.store.base import reading
from app.store.setups import Setup
from app.store.shops import Merchant
from app.store.tables import Delivery
from app.web import create_app
from integrations.companies import Login
from integrations.sandbox.zendesk import people
from jobs import helpdesks
from jobs.helpdesk_care import care_for
from tests.jobs.conftest import Practice

KIND = "zendesk"
SAM = "sam@practice.example"


@dataclass
class Street:
    """The practice shop with a Zendesk beside its other helpdesk, and our own door, to which it brings its letters."""

    inside: Practice
    client: FlaskClient
    email: str
    customer: int
    ticket: int = 0
    brought: set[int] = field(default_factory=set)

    @property
    def merchant(self) -> Merchant:
        merchant = self.inside.world.known(self.inside.shop_id)
        assert merchant is not None
        return merchant

    def write_in(self, **about: object) -> int:
        """Let the customer open a ticket."""
        self.ticket = int(self.inside.call("/town/zendesk/tickets", {"email": self.email} | about)["ticket_id"])
        return self.ticket

    def type(self, text: str, **how: object) -> None:
        """Let Sam comment on the ticket: in private, on his own page, unless it is said otherwise."""
        self.inside.call(f"/town/zendesk/tickets/{self.ticket}/comments", {"email": SAM, "text": text} | how)

    def letters(self) -> list[dict[str, Any]]:
        """Return the calls that were not brought yet."""
        written = self.inside.call("/town/zendesk/letters")["letters"]
        return [each for each in written if each["id"] not in self.brought]

    def bring(self) -> list[int]:
        """Bring all calls that wait, let a worker look, and bring what comes of it; return how we answered."""
        answers: list[int] = []
        while letters := self.letters():
            answers += [self.knock(letter) for letter in letters]
            self.brought |= {letter["id"] for letter in letters}
            self.inside.drain()
        return answers

    def knock(self, letter: dict[str, Any], **headers: str) -> int:
        brought = letter["headers"] | headers
        return self.client.post(letter["path"], data=letter["body"].encode(), headers=brought).status_code

    def look(self) -> dict[str, Any]:
        looked: dict[str, Any] = self.inside.call(f"/town/zendesk/tickets/{self.ticket}")
        return looked

    def notes(self) -> list[str]:
        """Return our notes as agents read them."""
        return [text.rpartition("\n\nref ")[0] for note in self.look()["notes"] if "\n\nref " in (text := note["text"])]

    def setup(self) -> Setup | None:
        with reading(self.inside.world.sessions) as session:
            known = setups.listed(session, shop_id=self.inside.shop_id)
        return next((each for each in known if each.kind == KIND), None)

    def kept(self) -> list[bytes]:
        """Return what we keep of its calls."""
        with reading(self.inside.world.sessions) as session:
            return [row.body for row in session.query(Delivery) if row.source == KIND]


def connected(inside: Practice) -> Street:
    """Let the merchant bring the key of their Zendesk, and a worker furnish it."""
    customer = inside.call("/town/cast")["bereaved_customer"]
    elsewhere = inside.call("/town/tickets", {"customer_id": customer})["ticket_id"]
    email = inside.call(f"/town/tickets/{elsewhere}")["customer"]["email"]
    street = Street(inside, create_app(inside.world).test_client(), email, customer)
    login = Login(user=people.API_USER, key=people.API_TOKEN)
    assert helpdesks.connect(inside.world, street.merchant, kind=KIND, account=people.ACCOUNT, login=login)
    care_for(inside.world, inside.shop_id)
    return street

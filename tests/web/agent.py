"""An agent at the desk: signed in or not, calling as the desk's own page does."""

import json
from dataclasses import dataclass, replace
from typing import Any

from werkzeug.test import TestResponse

from app.domain.agents import Role
from app.store import agents, connections
from app.store.base import reading, unit_of_work
from jobs import agent_door, passes, team
from tests.web.desk import Desk

BROWSER = "b" * 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Sam:
    """Somebody of the desk's team, and what they bring along."""

    desk: Desk
    id: int
    token: str
    public_id: str
    about: str

    def call(self, path: str, body: object = None, **headers: str) -> TestResponse:
        """Call as the page does."""
        said = body if isinstance(body, bytes) else json.dumps(self.body() if body is None else body).encode()
        brought = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"} | headers
        return self.desk.browser.post(path, data=said, headers=brought)

    def body(self, **more: Any) -> dict[str, Any]:
        """Return what each call says of the desk and its ticket."""
        return {"desk": self.public_id, "about": self.about, **more}


def at_the_desk(
    desk: Desk, *, name: str = "Sam Rivera", role: Role = Role.AGENT, ticket: str = "42", customer: int | None = 55
) -> Sam:
    """Connect a helpdesk, take somebody into the team, sign them in, and hand them a ticket's pass."""
    world, merchant, email = desk.world, desk.merchant, f"{name.partition(' ')[0].lower()}@x.example"
    account = {"account": "acme.example", "user": "u", "key": "k", "seal": world.seal}
    with unit_of_work(world.sessions) as session:
        for kind in ("gorgias", "signed_hook"):
            connections.connect(session, shop_id=merchant.id, kind=kind, **account)
        public_id = connections.public_ids(session, shop_id=merchant.id)["gorgias"]
    team.add(world, merchant, name=name, email=email, role=role)
    with reading(world.sessions) as session:
        everybody = agents.listed(session, shop_id=merchant.id, seal=world.seal)
    number = next(one.id for one in everybody if one.email == email)
    address = passes.made(world, merchant, "gorgias", ticket_id=ticket, customer_id=customer)
    assert address is not None
    about = address.partition("#pass=")[2]
    signed_in = Sam(desk=desk, id=number, token="", public_id=public_id, about=about)
    return replace(signed_in, token=come_in(signed_in))


def come_in(sam: Sam, browser: str = BROWSER) -> str:
    """Return the token of another browser of theirs."""
    address = agent_door.link(sam.desk.world, sam.desk.merchant, sam.id)
    assert address is not None
    answer = sam.call("/desk/enter", {"code": address.partition("#in=")[2], "browser": browser})
    assert answer.status_code == 200
    return str(answer.json["token"]) if answer.json else ""

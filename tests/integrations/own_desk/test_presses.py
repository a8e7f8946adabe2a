"""A press on our own desk: what was kept is what is read back; what cannot be meant is refused before it is kept."""

from datetime import date

import pytest
from pydantic import ValidationError

from app.domain.agents import Agent, Role
from app.domain.correspondents import Correspondent
from app.domain.errors import Malformed
from app.domain.events import Act, Proof
from app.domain.people import Person
from app.domain.refunds import WantedItem
from integrations import registry
from integrations.own_desk import presses
from integrations.own_desk.presses import Wish

SAM = Agent(id=7, name="Sam Rivera", email="sam@x.example", role=Role.AGENT, active=True)
WISH = Wish(
    act="flowers", order=" #1001 ", items="#2 x 1", days=3, day=date(2026, 12, 24), message=" For Ada. ", as_credit=True
)
SAID = presses.press(WISH, SAM, ticket_id="signed_hook:42", customer_id=55, seen="ab")
BODY = SAID.model_dump_json().encode()


def test_given_a_kept_press_when_read_back_then_it_says_who_wished_what_for_whom_and_what_they_saw() -> None:
    action = registry.SOURCES[presses.SOURCE](presses.TOPIC, BODY)

    assert action == presses.action(SAID)
    assert (action.act, action.proof, action.seen) == (Act.FLOWERS, Proof.SIGNED_IN, "ab")
    assert (action.ticket_id, action.who) == ("signed_hook:42", Correspondent(store_id=55))
    assert (action.agent_email, action.agent_name) == ("sam@x.example", "Sam Rivera")
    assert (action.order_name, action.message, action.days) == ("#1001", "For Ada.", 3)
    assert action.day == date(2026, 12, 24)
    assert (action.items, action.as_credit) == ((WantedItem(place=2, pieces=1),), True)


def test_given_a_kept_press_when_somebody_asks_to_be_forgotten_then_it_is_known_whom_it_is_about() -> None:
    person_in = registry.PEOPLE[presses.SOURCE]

    assert person_in("", BODY) == Person(ids=frozenset({55}), tickets=frozenset({"signed_hook:42"}))
    assert person_in("", b"") == Person()


@pytest.mark.parametrize("odd", [{"act": "grant"}, {"days": -1}, {"days": 10**9}, {"day": "24.12."},
                                 {"message": "x" * 1_001}, {"confirm": "x" * 33}])  # fmt: skip
def test_given_what_cannot_be_meant_when_wished_then_it_is_refused(odd: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Wish.model_validate({"act": "flowers"} | odd)


def test_given_a_body_that_was_tampered_with_when_read_then_it_is_set_aside() -> None:
    with pytest.raises(Malformed):
        presses.parse("", BODY.replace(b'"customer_id":55', b'"customer_id":"55"'))

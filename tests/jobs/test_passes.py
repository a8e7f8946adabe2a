"""A pass: what a desk is about, sealed for one desk, for thirty days; never who looks."""

from dataclasses import replace

import pytest

from app.domain.errors import Rejected
from app.store import connections
from app.store.base import unit_of_work
from app.store.sealed import Seal
from app.store.shops import Merchant
from jobs import passes
from jobs.passes import GOOD_FOR, Pass
from jobs.runtime import World
from tests.builders import SettableClock

pytestmark = pytest.mark.parametrize("database", ["sqlite"])


@pytest.fixture
def desks(world: World, shop: Merchant) -> dict[str, str]:
    """Connect two helpdesks; return their desks' addresses by their kinds."""
    with unit_of_work(world.sessions) as session:
        for kind in ("gorgias", "signed_hook"):
            account = {"account": "a", "user": "u", "key": "k", "seal": world.seal}
            connections.connect(session, shop_id=shop.id, kind=kind, **account)
        return connections.public_ids(session, shop_id=shop.id)


def made(world: World, shop: Merchant, customer_id: int | None = 55) -> str:
    address = passes.made(world, shop, "gorgias", ticket_id="42", customer_id=customer_id)
    assert address is not None
    return address


@pytest.mark.parametrize("customer", [55, None])
def test_given_a_pass_when_read_at_its_desk_then_it_says_what_it_is_about(
    world: World, shop: Merchant, desks: dict[str, str], customer: int | None
) -> None:
    address, _, text = made(world, shop, customer).partition("#pass=")

    assert address == f"http://127.0.0.1:8765/desk/{desks['gorgias']}"
    found = passes.read(world, desks["gorgias"], text)
    assert found == Pass(shop_id=shop.id, ticket_id="42", customer_id=customer)


def test_given_an_installation_with_a_name_when_a_pass_is_made_then_it_leads_there(
    world: World, shop: Merchant, desks: dict[str, str]
) -> None:
    named = replace(world, settings=world.settings.model_copy(update={"public_url": "https://lagniappe.example/"}))

    assert made(named, shop).startswith(f"https://lagniappe.example/desk/{desks['gorgias']}#pass=")


def test_given_no_such_helpdesk_when_a_pass_is_made_then_there_is_none(world: World, shop: Merchant) -> None:
    assert passes.made(world, shop, "gorgias", ticket_id="42", customer_id=55) is None


def test_given_a_pass_when_another_desk_reads_it_or_a_letter_is_changed_then_it_is_refused(
    world: World, shop: Merchant, desks: dict[str, str]
) -> None:
    text = made(world, shop).partition("#pass=")[2]
    swapped = ("a" if text[30] != "a" else "b").join((text[:30], text[31:]))

    for desk, brought in (
        (desks["signed_hook"], text),
        ("nobody's", text),
        *((desks["gorgias"], odd) for odd in (swapped, text[:-4], text[4:], "", "x", "é", text * 2)),
    ):
        with pytest.raises(Rejected, match="too old, or not whole"):
            passes.read(world, desk, brought)


def test_given_a_pass_when_thirty_days_are_over_or_its_key_is_gone_then_it_opens_nothing(
    world: World, shop: Merchant, desks: dict[str, str], clock: SettableClock
) -> None:
    text = made(world, shop).partition("#pass=")[2]
    with pytest.raises(Rejected):
        passes.read(replace(world, seal=Seal(keys=(b"n" * 32,))), desks["gorgias"], text)
    assert passes.read(replace(world, seal=Seal(keys=(b"n" * 32, *world.seal.keys))), desks["gorgias"], text)

    clock.forward(GOOD_FOR)
    with pytest.raises(Rejected):
        passes.read(world, desks["gorgias"], text)

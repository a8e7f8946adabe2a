"""The tables of everybody we speak with."""

import json

import pytest

from app.domain.events import CommandTyped, TicketOpened
from app.domain.ports import PushableHelpdesk
from integrations import registry
from integrations.companies import Company, Login
from integrations.http import Http
from integrations.own_desk import presses
from integrations.shopify.access import FixedAccess
from integrations.vendors import VendorLogin

OPENED: dict[str, dict[str, object]] = {
    "gorgias": {"v": "1", "event": "ticket-created", "ticket_id": "42", "customer_email": "ada@customer.example"},
    "signed_hook": {"event": "ticket.opened", "ticket_id": "42", "customer_email": "ada@customer.example"},
    "django_helpdesk": {"ticket": {"id": 42, "submitter_email": "ada@customer.example"}},
    "zendesk": {"event": "ticket-created", "ticket_id": "42", "customer_email": "ada@customer.example"},
}
BOT = Login(user="bot@acme.example", key="canary")


def test_given_a_source_when_its_delivery_is_parsed_then_an_event_comes_of_it() -> None:
    for name in registry.SOURCES.keys() - {presses.SOURCE}:  # our own page says nothing that is none of our business
        parse = registry.SOURCES[name]
        body = b'{"v": "1", "event": "other"}'
        assert type(parse("other", body)).__name__ == "Unconcerning", name


def test_given_a_ticket_of_another_helpdesk_than_the_first_when_heard_of_then_its_name_says_whose_it_is() -> None:
    names: dict[str, str] = {}
    for kind, said in OPENED.items():
        opened = json.dumps(said).encode()
        event = registry.SOURCES[kind]("", opened)
        assert isinstance(event, TicketOpened)
        assert registry.PEOPLE[kind]("", opened).tickets == {event.ticket_id}
        names[kind] = event.ticket_id

    assert names == {kind: "42" if kind == registry.FIRST_HELPDESK else f"{kind}:42" for kind in OPENED}
    assert names.keys() == registry.HELPDESKS.keys()


def test_given_a_command_when_heard_of_then_its_ticket_says_whose_it_is() -> None:
    typed = {"id": 3, "user": 2, "comment": "/lagniappe help"}
    said = {"ticket": {"id": 42, "followup_set": [typed]}, "followup_id": 3}

    event = registry.SOURCES["django_helpdesk"]("", json.dumps(said).encode())

    assert isinstance(event, CommandTyped)
    assert event.ticket_id == "django_helpdesk:42"


@pytest.mark.parametrize("domain", ["evil.example", "a.myshopify.com.evil.example", "A-Shop.myshopify.com", ""])
def test_given_no_proper_domain_when_opened_then_no_token_can_go_there(domain: str) -> None:
    with pytest.raises(ValueError, match="domain"):
        registry.shopify_shop("https://{shop}", domain, FixedAccess("canary"))


@pytest.mark.parametrize("kind", registry.HELPDESKS)
@pytest.mark.parametrize(
    "account", ["", "a/b", "x@evil.example", "Acme", "-acme", "a" * 64, "acme\n", "acme.evil.example/", "акме"]
)
def test_given_no_proper_account_when_opened_then_no_key_can_go_there(kind: str, account: str) -> None:
    with pytest.raises(ValueError, match="account"):
        registry.helpdesk(kind, "https://{account}.example", account, BOT)


@pytest.mark.parametrize("kind", ["gorgias", "zendesk"])
def test_given_an_account_of_a_company_when_it_is_a_host_elsewhere_then_no_key_can_go_there(kind: str) -> None:
    with pytest.raises(ValueError, match="account"):
        registry.helpdesk(kind, registry.HELPDESKS[kind].origin, "a.b", BOT)


@pytest.mark.parametrize("company", registry.HELPDESKS.values(), ids=registry.HELPDESKS)
def test_given_a_row_when_it_says_whether_cards_are_told_then_the_adapter_can_or_cannot(company: Company) -> None:
    desk = company.open(Http(), "https://acme.example", BOT)

    assert isinstance(desk, PushableHelpdesk) is company.pushes


def test_given_a_kind_that_nobody_wrote_when_opened_then_it_is_refused() -> None:
    with pytest.raises(ValueError, match="helpdesk"):
        registry.helpdesk("carrier-pigeon", "https://{account}.example", "acme", BOT)
    with pytest.raises(ValueError, match="vendor"):
        registry.gift_vendor("stork", VendorLogin(user="key", key="canary"))

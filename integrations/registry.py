"""Every company we speak with, as tables: who may tell us things, and how to reach the rest.

To add one: a folder, a line here, the contract tests (see README.md).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from app.domain import gifts, tickets
from app.domain.events import AgentAction, CommandTyped, Event, TicketOpened
from app.domain.gifts import GiftKind
from app.domain.people import Person
from app.domain.ports import GiftVendor, Helpdesk, HelpdeskSetup, Listener, Postman, SampleTickets, Shop
from integrations.companies import Company, Consent, Login
from integrations.django_helpdesk.company import DJANGO_HELPDESK
from integrations.florist.company import FLORIST_ONE
from integrations.goody.company import GOODY
from integrations.gorgias.company import GORGIAS
from integrations.handwrytten.company import HANDWRYTTEN
from integrations.http import Http
from integrations.listener.api import SignedListener
from integrations.lob.company import LOB
from integrations.mail import smtp
from integrations.own_desk import presses as own_desk
from integrations.shopify import domains, topics
from integrations.shopify.access import Access
from integrations.shopify.budget import Budget
from integrations.shopify.checkup import Checkup
from integrations.shopify.client import AdminApi
from integrations.shopify.own_store import OwnStore
from integrations.shopify.shop import ShopifyShop
from integrations.shopify.tokens import TokenEndpoint
from integrations.signed_hook.company import SIGNED_HOOK
from integrations.tremendous.company import TREMENDOUS
from integrations.vendors import Vendor, VendorLogin
from integrations.zendesk.company import ZENDESK

LISTENER = "listener"
FIRST_HELPDESK = "gorgias"  # a ticket without a kind is of this one, as all were once
HELPDESKS: Mapping[str, Company] = {
    FIRST_HELPDESK: GORGIAS,
    "signed_hook": SIGNED_HOOK,
    "django_helpdesk": DJANGO_HELPDESK,
    "zendesk": ZENDESK,
}
BY_HAND = gifts.BY_HAND
OWN_STORE = gifts.OWN_STORE
FIRST_FLORIST = "florist"  # flowers without a vendor's name are of this one, as all were once
VENDORS: Mapping[str, Vendor] = {
    FIRST_FLORIST: FLORIST_ONE,
    "goody": GOODY,
    "handwrytten": HANDWRYTTEN,
    "lob": LOB,
    "tremendous": TREMENDOUS,
}


def named(kind: str, number: str) -> str:
    """Return a helpdesk's ticket as we write it down."""
    return number if kind == FIRST_HELPDESK else tickets.written(kind, number)


def _event(kind: str, company: Company) -> Callable[[str, bytes], Event]:
    def parse(topic: str, body: bytes) -> Event:
        event = company.parse(topic, body)
        if isinstance(event, TicketOpened | CommandTyped | AgentAction):
            return replace(event, ticket_id=named(kind, event.ticket_id))
        return event

    return parse


def _person(kind: str, company: Company) -> Callable[[str, bytes], Person]:
    def person_in(topic: str, body: bytes) -> Person:
        person = company.person_in(topic, body)
        return replace(person, tickets=frozenset(named(kind, number) for number in person.tickets))

    return person_in


# What a kept delivery means: parse(topic, body) returns an event or raises Malformed.
SOURCES: Mapping[str, Callable[[str, bytes], Event]] = {
    "shopify": topics.parse,
    own_desk.SOURCE: own_desk.parse,
    **{kind: _event(kind, company) for kind, company in HELPDESKS.items()},
}

# Topics that are handled whatever else must wait: they need neither the shop's past nor a way into it.
AT_ONCE = topics.AT_ONCE
# Topics of people who ask about their data: each is written into the log before a word of it may go.
ASKS = topics.COMPLIANCE
# Whom a body names in full, so that one of their names leads to the others.
PEOPLE: Mapping[str, Callable[[str, bytes], Person]] = {
    "shopify": topics.person_in,
    own_desk.SOURCE: own_desk.person_in,
    **{kind: _person(kind, company) for kind, company in HELPDESKS.items()},
}
# A body cut down to what its parse believes, for when the person in it must go and the news must not.
BONES: Mapping[str, Callable[[str, bytes], bytes]] = {"shopify": topics.bones}


def shopify_shop(
    origin_template: str,
    domain: str,
    access: Access,
    *,
    mail_key: bytes | None = None,
    http: Http | None = None,
    budget: Budget | None = None,
) -> Shop:
    """Return one shop. `origin_template` has {shop} in it; raises ValueError for what is no shop's domain.

    Pass one `http` to all factories of a process: it keeps the connections. Without a budget it spends freely.
    """
    origin = _shopify_origin(origin_template, domain)
    api = AdminApi(http or Http(), origin=origin, domain=domain, access=access, budget=budget)
    return ShopifyShop(api, mail_key=mail_key)


def own_store(
    origin_template: str, domain: str, access: Access, *, http: Http | None = None, budget: Budget | None = None
) -> GiftVendor:
    """Return one shop as whoever sends gifts off its own shelves; the arguments are those of `shopify_shop`."""
    origin = _shopify_origin(origin_template, domain)
    return OwnStore(AdminApi(http or Http(), origin=origin, domain=domain, access=access, budget=budget))


def shopify_checkup(origin_template: str, domain: str, access: Access, *, http: Http | None = None) -> Checkup:
    """Return one shop's doctor; its domain is known from our own books."""
    return Checkup(origin=origin_template.replace("{shop}", domain), domain=domain, access=access, http=http)


def shopify_tokens(
    origin_template: str, domain: str, client_id: str, secrets: tuple[str, ...], *, http: Http | None = None
) -> TokenEndpoint:
    """Return one shop's token endpoint; raises ValueError for what is no shop's domain."""
    origin = _shopify_origin(origin_template, domain)
    return TokenEndpoint(http or Http(), origin=origin, client_id=client_id, secrets=secrets)


def helpdesk(kind: str, origin_template: str, account: str, login: Login, *, http: Http | None = None) -> Helpdesk:
    """Return one helpdesk. `origin_template` has {account} in it; raises ValueError for odd accounts and kinds."""
    return _company(kind, account).open(http or Http(), origin_template.replace("{account}", account), login)


def knock(kind: str, origin_template: str, account: str, login: Login, *, http: Http) -> None:
    """See whether a helpdesk takes a login, with one small question.

    Raises KeyRefused, Rejected and Unavailable, and ValueError as `helpdesk` does.
    """
    _company(kind, account).knock(http, origin_template.replace("{account}", account), login)


def helpdesk_setup(
    kind: str, origin_template: str, account: str, login: Login, *, http: Http | None = None
) -> HelpdeskSetup | None:
    """Return who furnishes one helpdesk, as `helpdesk` does; None for a kind that a person sets up."""
    company = _company(kind, account)
    origin = origin_template.replace("{account}", account)
    return None if company.furnish is None else company.furnish(http or Http(), origin, login)


def samples(
    kind: str, origin_template: str, account: str, login: Login, *, http: Http | None = None
) -> SampleTickets | None:
    """Return who writes test tickets in one helpdesk, as `helpdesk` does; None for a kind in which nobody can."""
    company = _company(kind, account)
    origin = origin_template.replace("{account}", account)
    return None if company.samples is None else company.samples(http or Http(), origin, login)


def ticket_page(kind: str, origin_template: str, account: str, number: str) -> str:
    """Return where agents read a ticket; "" where nobody knows. Raises ValueError for odd accounts and kinds."""
    page = _company(kind, account).ticket_page
    plain = number.isascii() and number.isdecimal()
    return origin_template.replace("{account}", account) + page.format(number=number) if page and plain else ""


def consent(kind: str, origin_template: str, account: str) -> tuple[Consent, str] | None:
    """Return how an account lets us in with a click, and its origin; None where only a key does. Raises ValueError."""
    found = _company(kind, account).consent
    return None if found is None else (found, origin_template.replace("{account}", account))


def is_account(kind: str, account: str) -> bool:
    """Return whether an account of that kind of helpdesk may be called so."""
    company = HELPDESKS.get(kind)
    return company is not None and company.account.fullmatch(account) is not None


def called(kind: str) -> str:
    """Return what people call a kind of account; its own name for one that only a newer version knows."""
    rows = {each: company.called for each, company in HELPDESKS.items()} | {
        each: vendor.called for each, vendor in VENDORS.items()
    }
    rows[OWN_STORE] = "Your own store"
    return rows.get(kind, kind)


def _company(kind: str, account: str) -> Company:
    # The account becomes part of a host name: a slash or an @ would send our key somewhere else.
    if not is_account(kind, account):
        raise ValueError("not a helpdesk account")
    return HELPDESKS[kind]


def postman(url: str, sender: str) -> Postman:
    """Return who carries mails from that address; raises ValueError where none can be meant."""
    return smtp.postman(url, sender)


def is_mail_address(text: str) -> bool:
    """Return whether the text is one plain address to which a mail can go, and nothing besides."""
    return smtp.is_address(text)


def gift_vendor(kind: str, login: VendorLogin, *, origin: str = "", http: Http | None = None) -> GiftVendor:
    """Return one vendor, at its own address unless another is named.

    Raises ValueError for other kinds and for credentials that cannot be read.
    """
    if kind not in VENDORS:
        raise ValueError("not a gift vendor")
    return VENDORS[kind].open(http or Http(), origin or VENDORS[kind].origin(login), login)


def by_email(what: GiftKind, vendor: str) -> bool:
    """Return whether a gift goes to somebody's e-mail address, or as a link: no door must be known for it."""
    row = VENDORS.get(vendor)
    return what is GiftKind.EGIFT or (row is not None and row.asks_where)


def listener(url: str, secret: str, *, http: Http | None = None) -> Listener:
    """Return the tool at that address, which knows our calls by the secret."""
    return SignedListener(http or Http(), url=url, secret=secret)


def _shopify_origin(template: str, domain: str) -> str:
    # The domain becomes part of a host name, and our secrets go there.
    if domains.proper(domain) != domain:
        raise ValueError("not a shop's domain")
    return template.replace("{shop}", domain)

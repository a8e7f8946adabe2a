"""What a process needs to act, built once: settings, database, clock, bell, and the way to the outside."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache, partial
from zoneinfo import ZoneInfo

import structlog

from app.config import Misconfigured, Settings, settings
from app.domain import gift_pool, tickets
from app.domain.effects import Pool
from app.domain.errors import Rejected, Unavailable
from app.domain.mail import digest
from app.domain.policy import Policy
from app.domain.ports import AddressCheck, GiftVendor, Helpdesk, Listener, Postman, Reorders, Shop, TalkativeHelpdesk
from app.domain.rules import gift_order
from app.domain.rules.granted import off
from app.domain.scopes import Feature
from app.store import connections, shops, timekeeping
from app.store.base import Sessions, open_database, reading, sessions_of, signed, unit_of_work
from app.store.connections import Account
from app.store.ledger import Purse
from app.store.sealed import Seal, Unsealable
from app.store.setups import Held
from app.store.shops import Merchant
from integrations import registry
from integrations.addresses import named_origins
from integrations.companies import App, Granted, Login
from integrations.http import Http, Limits
from integrations.shopify.access import Access
from integrations.shopify.tokens import TokenEndpoint, fingerprint
from integrations.vendors import VendorLogin
from jobs import watched_vendor
from jobs.access import StoreAccess
from jobs.budget import Budgets, NoBudgets, SharedBudgets
from jobs.clock import Clock
from jobs.desk_access import DeskAccess
from jobs.desk_budget import DeskBudgets, NoDeskBudgets, SharedDeskBudgets
from jobs.hands import Hands
from jobs.lever import Lever
from jobs.queue import Bell
from jobs.watched_helpdesk import watched

log = structlog.get_logger("shop")

LIMITS = Limits(read=10.0, total=12.0)
OPENING_HOUR = 9  # when things that were promised for a day are done, in the shop's own time


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """One merchant's world out there; what is not connected is None."""

    shop: Shop
    shop_at_once: Shop  # the same store, for what a person waits for
    vendors: Mapping[str, GiftVendor] = field(default_factory=dict)  # by their kinds
    desks: Mapping[str, Helpdesk] = field(default_factory=dict)  # by their kinds
    listener: Listener | None = None
    reorders: Reorders | None = None

    def desk_of(self, ticket_id: str) -> tuple[Helpdesk, str] | None:
        """Return the helpdesk of a ticket, and the ticket's number there; None when that one is not connected."""
        kind, number = tickets.apart(ticket_id)
        desk = self.desks.get(kind or registry.FIRST_HELPDESK)
        return None if desk is None else (desk, number)

    def talkative_desk_of(self, ticket_id: str) -> tuple[TalkativeHelpdesk, str] | None:
        """Return the helpdesk of a ticket as `desk_of` does, if it is one that says who wrote what."""
        desk, number = self.desk_of(ticket_id) or (None, ticket_id)
        return (desk, number) if isinstance(desk, TalkativeHelpdesk) else None

    @property
    def florist(self) -> GiftVendor | None:
        """The one whose bouquets the settings know by number."""
        return self.vendors.get(registry.FIRST_FLORIST)

    @property
    def post(self) -> AddressCheck | None:
        """Whoever of the vendors can say whether an address is known."""
        return next((each for each in self.vendors.values() if isinstance(each, AddressCheck)), None)

    def vendor(self, kind: str) -> GiftVendor:
        """Return a vendor; raise Rejected when it is not connected (any more)."""
        if kind not in self.vendors:
            raise Rejected(f"{registry.called(kind)} is not connected.")
        return self.vendors[kind]

    def for_a_person(self) -> "Outside":
        """Return the same world, whose store keeps some time for whom a person waits for."""
        return replace(self, shop=self.shop_at_once)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything a conductor is handed."""

    settings: Settings
    sessions: Sessions
    seal: Seal
    clock: Clock
    bell: Bell
    http: Http  # one a process: it keeps the connections
    budgets: Budgets = field(default_factory=NoBudgets)
    desk_budgets: DeskBudgets = field(default_factory=NoDeskBudgets)
    postman: Postman | None = None  # None: nobody is written to
    hands: Hands = field(default_factory=Hands)  # one a process as well, so that its threads are counted

    def signed(self, who: str) -> "World":
        """Return the same world, in which whatever is written is written in somebody's name."""
        return replace(self, sessions=signed(self.sessions, who))

    def agent(self, merchant: Merchant, email: str) -> str:
        """Return by what name the trail knows an agent: always the same one, which leads to nobody without our keys."""
        return known_as(self.mail_digest(merchant, email))

    def mail_digest(self, merchant: Merchant, email: str) -> str:
        """Return what stands for an address in the shop's books."""
        return digest(email, self.mail_key(merchant))

    @property
    def home(self) -> str:
        """Where people find us."""
        at_home = f"http://{self.settings.web_host}:{self.settings.web_port}"
        return self.settings.public_url.rstrip("/") or at_home

    @property
    def lease(self) -> timedelta:
        """How long a worker may keep a row before it is taken for dead."""
        return timedelta(seconds=self.settings.lease_seconds)

    @property
    def hold(self) -> timedelta:
        """How long a letter or deed stays in hand until it is held anew: a single hand cannot do that during a call."""
        return min(self.lease, timedelta(seconds=self.settings.hold_seconds)) if self.hands.count > 1 else self.lease

    @property
    def quarantine(self) -> timedelta:
        """How long an answerless call may still be at work on the other side."""
        return timedelta(seconds=self.settings.quarantine_seconds)

    def merchant(self, shop_id: int) -> Merchant | None:
        """Return the installed shop of that id; None when there is none (any more)."""
        found = self.known(shop_id)
        return found if found is not None and found.installed else None

    def known(self, shop_id: int) -> Merchant | None:
        """Return the shop of that id, installed or not; None once everything of it is erased."""
        with reading(self.sessions) as session:
            return shops.by_id(session, shop_id)

    def enter(self, shop_id: int) -> tuple[Merchant, Outside] | None:
        """Return the shop and the way to its accounts; None when it is gone, shut, or has not let us in."""
        merchant = self.merchant(shop_id)
        outside = None if merchant is None or merchant.is_shut(self.clock.now()) else self.outside(merchant)
        return None if merchant is None or outside is None else (merchant, outside)

    def access(self, shop_id: int, domain: str) -> StoreAccess:
        """Return the access to one shop's store, as all processes share it."""
        return StoreAccess(
            shop_id=shop_id,
            sessions=self.sessions,
            seal=self.seal,
            now=self.clock.now,
            endpoint=self.token_endpoint(domain),
        )

    @property
    def current_secret(self) -> str:
        """The fingerprint of the client secret that every shop's tokens should hang on."""
        return fingerprint(next(iter(self.settings.webhook_secrets), ""))

    def token_endpoint(self, domain: str) -> TokenEndpoint:
        """Return where a shop's tokens come from."""
        app = self.settings
        return registry.shopify_tokens(
            app.shopify_origin, domain, app.shopify_client_id, app.webhook_secrets, http=self.http
        )

    def outside(self, merchant: Merchant) -> Outside | None:
        """Return the way to the shop's accounts; None when it has not let us in, or our keys do not open theirs."""
        if not merchant.let_in:
            return None
        try:
            return self._way_out(merchant)
        except Unsealable as problem:
            # A key is lost, or a row was tampered with: all waits, and nothing is sent, until somebody sees to it.
            log.error("secrets.unsealable", shop=merchant.id, problem=str(problem))  # noqa: TRY400  # no bug of ours
            return None

    def _way_out(self, merchant: Merchant) -> Outside:
        with reading(self.sessions) as session:
            accounts = connections.accounts(session, shop_id=merchant.id, seal=self.seal)
        http = self.http.under(Lever(self.sessions, merchant.id))
        access, mail_key = self.access(merchant.id, merchant.domain), self.mail_key(merchant)
        return Outside(
            shop=self._store(merchant, access, mail_key, http, urgent=False),
            shop_at_once=self._store(merchant, access, mail_key, http, urgent=True),
            vendors={
                **{kind: self._vendor(account, http) for kind, account in accounts.items() if kind in registry.VENDORS},
                **self._own_store(merchant, access, http),
            },
            listener=_listener(accounts[registry.LISTENER], http) if registry.LISTENER in accounts else None,
            desks={
                kind: self._helpdesk(account, http) for kind, account in accounts.items() if kind in registry.HELPDESKS
            },
        )

    def login(self, desk: Account | Held) -> Login:
        """Return how to enter an account of a helpdesk's, as often as all of us together may."""
        bucket = self.desk_budgets.of(desk.kind, desk.account, self.clock)
        access = self._desk_access(desk.shop_id, desk.kind, desk.account) if desk.given else None
        return Login(user=desk.user, key=desk.key, bucket=bucket, access=access)

    def our_app(self, kind: str) -> App | None:
        """Return what we are at a kind of helpdesk that lets us in with a click; None where we are nobody there."""
        known = self.settings.desk_apps.get(kind)
        if known is None or registry.HELPDESKS[kind].consent is None:
            return None
        return App(id=known[0], secret=known[1], back=f"{self.home}/consents/{kind}/back")

    def _desk_access(self, shop_id: int, kind: str, account: str) -> DeskAccess:
        return DeskAccess(
            shop_id=shop_id,
            kind=kind,
            sessions=self.sessions,
            seal=self.seal,
            now=self.clock.now,
            refresh=partial(self._next_key, kind, account),
        )

    def _next_key(self, kind: str, account: str, refresh: str) -> Granted:
        app, found = self.our_app(kind), registry.consent(kind, desk_origin(self.settings, kind), account)
        if app is None or found is None:
            raise Unavailable("we are nobody at this helpdesk any more")
        consent, origin = found
        return consent.refresh(self.http, origin, app, refresh)

    def _helpdesk(self, account: Account, http: Http) -> Helpdesk:
        origin = desk_origin(self.settings, account.kind)
        desk = registry.helpdesk(account.kind, origin, account.account, self.login(account), http=http)
        return watched(desk, account, self.sessions, self.clock)

    def _vendor(self, account: Account, http: Http) -> GiftVendor:
        login = VendorLogin(user=account.user, key=account.key, options=account.options)
        origin = self.settings.gift_origins.get(account.kind, "")
        vendor = registry.gift_vendor(account.kind, login, origin=origin, http=http)
        return watched_vendor.watched(vendor, account, self.sessions, self.clock)

    def _own_store(self, merchant: Merchant, access: Access, http: Http) -> dict[str, GiftVendor]:
        """Return the store as a vendor of gifts, if it lets us make orders."""
        if not gives_of_its_own(merchant):
            return {}
        origin, budget = self.settings.shopify_origin, self.budgets.of(merchant.id, urgent=False)
        return {registry.OWN_STORE: registry.own_store(origin, merchant.domain, access, http=http, budget=budget)}

    def mail_key(self, merchant: Merchant) -> bytes:
        """Return what the shop's addresses and telephones are digested with, made when it is needed first."""
        with reading(self.sessions) as session:
            known = shops.mail_key(session, shop_id=merchant.id, seal=self.seal)
        if known is not None:
            return known
        with unit_of_work(self.sessions) as session:
            return shops.new_mail_key(session, shop_id=merchant.id, seal=self.seal)

    def _store(self, merchant: Merchant, access: Access, mail_key: bytes, http: Http, *, urgent: bool) -> Shop:
        budget = self.budgets.of(merchant.id, urgent=urgent)
        origin = self.settings.shopify_origin
        return registry.shopify_shop(origin, merchant.domain, access, mail_key=mail_key, http=http, budget=budget)


def _listener(account: Account, http: Http) -> Listener:
    return registry.listener(account.account, account.key, http=http)


def desk_origin(chosen: Settings, kind: str) -> str:
    """Return where the accounts of a kind of helpdesk are, with {account} in it."""
    return chosen.desk_origins.get(kind, registry.HELPDESKS[kind].origin)


def known_as(email_digest: str) -> str:
    """Return the trail's name for whoever has the address of that digest."""
    return f"agent:{email_digest[:16]}"


def in_force(merchant: Merchant) -> Policy:
    """Return the merchant's policy as far as their store lets us follow it."""
    allowed = gift_order.as_granted(merchant.policy.nth_order_gift, merchant.scopes)
    return replace(merchant.policy, nth_order_gift=allowed)


def gives_of_its_own(merchant: Merchant) -> bool:
    """Return whether gifts may be sent off the store's own shelves."""
    return off(Feature.GIFT_ORDERS, merchant.scopes) is None


def local(merchant: Merchant, moment: datetime) -> datetime:
    """Return the moment as the merchant's own clock shows it."""
    return moment.astimezone(ZoneInfo(merchant.timezone))


def opening(merchant: Merchant, now: datetime) -> datetime:
    """Return nine o'clock of the merchant's today."""
    return local(merchant, now).replace(hour=OPENING_HOUR, minute=0, second=0, microsecond=0)


def midnight(merchant: Merchant, now: datetime) -> datetime:
    """Return the beginning of the merchant's today."""
    return local(merchant, now).replace(hour=0, minute=0, second=0, microsecond=0)


def month_start(merchant: Merchant, now: datetime) -> datetime:
    """Return the beginning of the merchant's month."""
    return midnight(merchant, now).replace(day=1)


def purse(merchant: Merchant, now: datetime) -> Purse:
    """Return which month pays now, and each pool's limit."""
    policy, taken = merchant.policy, merchant.taken_minor
    limits = {Pool.TEAM: policy.team_monthly_minor, Pool.GIFTS: gift_pool.limit(policy, taken)}
    lowered = limits[Pool.GIFTS] < policy.gifts_monthly_minor
    return Purse(
        month=f"{local(merchant, now):%Y-%m}",
        limits=limits,
        currency=merchant.currency,
        lowered_by=taken if lowered else None,
    )


def build(chosen: Settings, *, patient: bool) -> World:
    """Return a world for these settings. Workers are patient with Redis; whoever answers a webhook is not."""
    sessions = sessions_of(open_database(chosen.database, threads=chosen.worker_threads))
    return World(
        settings=chosen,
        sessions=sessions,
        seal=_seal(chosen),
        clock=clock_of(chosen, sessions),
        bell=Bell.at(chosen.redis_url, patient=patient),
        http=way_out(chosen).under(Lever(sessions)),
        budgets=SharedBudgets.at(chosen.redis_url),
        desk_budgets=SharedDeskBudgets.at(chosen.redis_url),
        postman=_postman(chosen),
        hands=Hands(chosen.worker_threads),
    )


def clock_of(chosen: Settings, sessions: Sessions) -> Clock:
    """Return the clock that all who share this database go by; a file moves it in practice alone."""
    return Clock(chosen.clock_file if chosen.practice else None, timekeeping.asking(sessions))


def way_out(chosen: Settings, limits: Limits | None = None) -> Http:
    """Return the one way to the outside: to public addresses, and to what the settings name."""
    desks = (desk_origin(chosen, kind) for kind in registry.HELPDESKS)
    named = named_origins(chosen.shopify_origin, *chosen.gift_origins.values(), *desks)
    usual = Limits(read=min(LIMITS.read, chosen.call_seconds), total=chosen.call_seconds)
    return Http(limits or usual, trusted=named)


def _seal(chosen: Settings) -> Seal:
    try:
        return Seal.from_settings(chosen.sealing_keys)
    except ValueError:
        raise Misconfigured("SEAL_KEYS must hold base64 keys of 32 bytes, the current one first") from None


def _postman(chosen: Settings) -> Postman | None:
    url = chosen.mail_url.get_secret_value()
    try:
        return registry.postman(url, chosen.mail_from) if url else None
    except ValueError as fault:
        raise Misconfigured(str(fault)) from None


@cache
def world() -> World:
    """Return this worker process's world."""
    return build(settings(), patient=True)

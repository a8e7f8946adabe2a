"""Looks a real store over, as our own adapters see it. It only reads."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.errors import Unavailable
from app.domain.findings import Finding, ask, bad, fine, look
from app.domain.scopes import with_implied
from integrations.http import Http
from integrations.shopify import reading
from integrations.shopify.access import Access
from integrations.shopify.answers import Json
from integrations.shopify.client import API_VERSION, AdminApi
from integrations.shopify.cost import Cost
from integrations.shopify.open_questions import QUESTIONS
from integrations.shopify.shop import ShopifyShop
from integrations.shopify.versions import newest, served_until

_WINDOW = timedelta(days=60)
_LAST_MONTHS = timedelta(days=90)
_ALL_ORDERS = "read_all_orders"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """What we know of the shop ourselves: what may be asked about, and what each feature needs."""

    gifts: tuple[int, ...] = ()
    old_order: int | None = None  # one of more than sixty days ago, from our own ledger
    features: Mapping[str, frozenset[str]]


class Checkup:
    """One shop, looked over through the client and the adapter that work for it every day."""

    def __init__(self, *, origin: str, domain: str, access: Access, http: Http | None = None) -> None:
        self._api = AdminApi(http or Http(), origin=origin, domain=domain, access=access)
        self._shop = ShopifyShop(self._api)

    def findings(self, patient: Patient, now: datetime) -> Iterator[Finding]:
        """Yield what is found, one thing after the other; a store that does not open its door ends it early."""
        try:
            profile = self._shop.profile()
        except Unavailable as fault:
            yield bad("door", str(fault))
        else:
            yield fine("door", f"{profile.name}, {profile.currency}, {profile.timezone}")
            yield self._version(now)
            yield from _safely("store", self._inside(patient, now))
        yield from _questions()

    def _inside(self, patient: Patient, now: datetime) -> Iterator[Finding]:
        installed = self._api.ask("installation")
        yield _bucket(installed.cost)
        granted = _granted(installed.one("currentAppInstallation"))
        yield from _rights(patient.features, granted)
        for subject, looks in (
            ("webhooks", self._webhooks()),
            ("orders", self._orders(patient, granted, now)),
            ("exports", self._exports()),
            ("gifts", self._gifts(patient.gifts)),
        ):
            yield from _safely(subject, looks)

    def _version(self, now: datetime) -> Finding:
        served = self._api.served
        until = served_until(API_VERSION)
        words = f"asked {API_VERSION}, answered {served or 'without saying'}; newest {newest(now)}"
        words += f", ours is served until {until:%Y-%m-%d} at least"
        if served and served != API_VERSION:
            return bad("version", words)
        return look("version", words) if until - now < _LAST_MONTHS else fine("version", words)

    def _webhooks(self) -> Iterator[Finding]:
        reply = self._api.ask("webhooks_left")
        left = (reply.one("webhookSubscriptions") or {"nodes": []})["nodes"]
        if left:
            named = ", ".join(f"{each['topic']} to {each['uri']}" for each in left)
            yield look("webhooks", f"made for this shop alone, each event comes twice, delete them: {named}")
        else:
            yield fine("webhooks", "none made for this shop alone; those of shopify.app.toml are never listed")

    def _orders(self, patient: Patient, granted: frozenset[str], now: datetime) -> Iterator[Finding]:
        first = (self._api.ask("first_order").one("orders") or {"nodes": []})["nodes"]
        if not first:
            yield look("orders", "none to be seen: nothing can be said of addresses, e-mail and parcels")
        else:
            made = datetime.fromisoformat(first[0]["createdAt"])
            yield fine("orders", f"the oldest to be seen is of {made:%Y-%m-%d}")
            yield from self._personal(first[0])
            yield self._parcels(reading.number(first[0]["id"]))
        yield self._beyond_sixty_days(patient.old_order, granted, now)

    def _personal(self, order: Json) -> Iterator[Finding]:
        """Look which personal data is approved; what it says stays where it is."""
        asked = [("order_delivery", {"id": order["id"]}, "addresses and phone")]
        if order["customer"]:
            asked.append(("customer_contact", {"id": order["customer"]["id"]}, "e-mail"))
        for document, variables, words in asked:
            denied = self._api.ask(document, variables).denied
            if denied:
                paths = ", ".join(sorted(denied))
                yield look("personal data", f"{words}: denied ({paths}); ask for approval in the Partner Dashboard")
            else:
                yield fine("personal data", f"{words}: approved")

    def _parcels(self, order_id: int) -> Finding:
        denied = self._api.ask("order_fulfilment", {"id": reading.gid("Order", order_id)}).denied
        if denied:
            return look("parcels", f"cannot be seen, gifts may come too late: needs {next(iter(denied.values()))}")
        return fine("parcels", "whether the warehouse has begun can be seen")

    def _beyond_sixty_days(self, old: int | None, granted: frozenset[str], now: datetime) -> Finding:
        subject, day = "orders beyond 60 days", f"{now - _WINDOW:%Y-%m-%d}"
        if _ALL_ORDERS in granted:
            return fine(subject, f"{_ALL_ORDERS} is granted")
        if old is None:
            return ask(subject, f"{_ALL_ORDERS} is not granted, and we know no order before {day} to ask for")
        reply = self._api.ask("past_order", {"id": reading.gid("Order", old)})
        if reply.denied:
            return look(subject, "withheld as ACCESS_DENIED, which we understand; let the twin do the same")
        return look(subject, "visible all the same" if reply.data.get("order") else "null, as we assume")

    def _exports(self) -> Iterator[Finding]:
        nodes = (self._api.ask("exports").one("bulkOperations") or {"nodes": []})["nodes"]
        if not nodes:
            yield fine("exports", "can be read; none was made yet")
        for each in nodes:
            words = f"one is {each['status']}, {each['objectCount']} objects"
            yield bad("exports", f"{words}: {each['errorCode']}") if each["errorCode"] else fine("exports", words)

    def _gifts(self, variants: Iterable[int]) -> Iterator[Finding]:
        for variant in variants:
            option = self._shop.gift_option(variant)
            if option is None:
                yield bad("gifts", f"{variant} is in the policy and not in the store")
            elif not option.on_sale:
                yield look("gifts", f"{option.title} ({variant}) is not on sale")
            else:
                stock = "not counted" if option.stock is None else f"{option.stock} in stock"
                yield fine("gifts", f"{option.title} ({variant}), {stock}, costs {option.cost}")


def _safely(subject: str, looks: Iterator[Finding]) -> Iterator[Finding]:
    """Yield what is found until the store refuses to say more, and then that it did."""
    try:
        yield from looks
    except Unavailable as fault:
        yield bad(subject, str(fault))


def _bucket(cost: Cost) -> Finding:
    if cost.available is None or cost.maximum is None:
        return look("bucket", "the answer says nothing of the rate limit")
    words = f"{cost.available:.0f} of {cost.maximum:.0f} points, {cost.restored or 0:.0f} more each second"
    emptied = cost.available * 2 < cost.maximum
    return look("bucket", f"{words}: somebody is busy here") if emptied else fine("bucket", words)


def _granted(installation: Json | None) -> frozenset[str]:
    return with_implied(scope["handle"] for scope in (installation or {"accessScopes": []})["accessScopes"])


def _rights(features: Mapping[str, frozenset[str]], granted: frozenset[str]) -> Iterator[Finding]:
    for feature, needed in features.items():
        missing = sorted(needed - granted)
        subject = feature.replace("_", " ")
        yield look(subject, f"off, needs {', '.join(missing)}") if missing else fine(subject, "every scope is granted")


def _questions() -> Iterator[Finding]:
    for each in QUESTIONS:
        yield ask(each.about, f"{each.do}. {each.outcomes}.")

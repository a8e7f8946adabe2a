"""A gift vendor, and whether it takes our key: the first no is told, and the first yes after it."""

from contextlib import AbstractContextManager
from dataclasses import dataclass

import structlog

from app.domain.addresses import Address
from app.domain.deliveries import Validity
from app.domain.errors import Empty
from app.domain.facts import Quote
from app.domain.gifts import Can, Cancelled, GiftKind, Health, Offer, Placed, Seen, Wish
from app.domain.money import Money
from app.domain.ports import AddressCheck, GiftVendor
from app.store import vendor_accounts
from app.store.base import Sessions, unit_of_work
from app.store.connections import Account
from jobs.clock import Clock
from jobs.key_watch import key_watched

log = structlog.get_logger("vendor")


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedVendor:
    """Satisfies app.domain.ports.GiftVendor by the one that it watches over; `account` is as it was before."""

    vendor: GiftVendor
    account: Account
    sessions: Sessions
    clock: Clock

    @property
    def can(self) -> Can:
        return self.vendor.can

    def catalogue(self, what: GiftKind, *, country: str, at_most: Money) -> tuple[Offer, ...]:
        with self._watched():
            return self.vendor.catalogue(what, country=country, at_most=at_most)

    def quote(self, wish: Wish) -> Quote:
        with self._watched():
            return self.vendor.quote(wish)

    def place(self, wish: Wish, *, key: str) -> Placed:
        with self._watched():
            try:
                return self.vendor.place(wish, key=key)
            except Empty as problem:
                self._say_empty(str(problem))
                raise

    def find(self, *, key: str, customer_id: int | None) -> Placed | None:
        with self._watched():
            return self.vendor.find(key=key, customer_id=customer_id)

    def status(self, reference: str, *, other: str = "") -> Seen:
        with self._watched():
            return self.vendor.status(reference, other=other)

    def cancel(self, reference: str) -> Cancelled:
        with self._watched():
            return self.vendor.cancel(reference)

    def check(self) -> Health:
        with self._watched():
            return self.vendor.check()

    def _say_empty(self, why: str) -> None:
        shop_id, kind = self.account.shop_id, self.account.kind
        with unit_of_work(self.sessions) as session:
            news = vendor_accounts.troubled(session, shop_id=shop_id, kind=kind, why=why)
        if news:
            log.warning("vendor.empty", shop=shop_id, kind=kind)

    def _watched(self) -> AbstractContextManager[None]:
        about = {"shop": self.account.shop_id, "kind": self.account.kind}
        return key_watched(
            self.account,
            self.sessions,
            self.clock,
            broken=lambda: log.warning("vendor.broken", **about),
            mended=lambda: log.info("vendor.mended", **about),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedPost(WatchedVendor):
    """Satisfies app.domain.ports.AddressCheck in the same way."""

    post: AddressCheck

    def validity(self, to: Address) -> Validity:
        with self._watched():
            return self.post.validity(to)


def watched(vendor: GiftVendor, account: Account, sessions: Sessions, clock: Clock) -> GiftVendor:
    """Return the vendor under watch, who says as much of addresses as it did."""
    if isinstance(vendor, AddressCheck):
        return WatchedPost(vendor=vendor, post=vendor, account=account, sessions=sessions, clock=clock)
    return WatchedVendor(vendor=vendor, account=account, sessions=sessions, clock=clock)

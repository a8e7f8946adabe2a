"""One merchant's Shopify store, as the app's port asks for it."""

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache, partial

from app.domain.deliveries import Delivery
from app.domain.errors import Unavailable
from app.domain.facts import Change, GiftOption, Order
from app.domain.history import Batch, Export, Gathering
from app.domain.mail import digest
from app.domain.moments import Birthday, Shipment
from app.domain.ports import GiftParcel, Receipt, ShopProfile
from app.domain.refunds import GiveBack, Pieces, RefundOffer, SoldLine
from integrations.shopify import (
    addresses,
    birthdays,
    customers,
    gift_draft,
    gift_line,
    gift_order,
    gift_search,
    history,
    orders,
    quiet,
    reading,
    refund_state,
    refunds,
    shipments,
)
from integrations.shopify.client import AdminApi
from integrations.shopify.history import Ours


class ShopifyShop:
    """Satisfies app.domain.ports.Shop; what each method promises stands there."""

    def __init__(self, api: AdminApi, *, mail_key: bytes | None = None) -> None:
        self._api = api
        # Without the shop's own key, digests find nothing again.
        self._digest = partial(digest, key=mail_key or os.urandom(32))

    def profile(self) -> ShopProfile:
        shop = self._api.ask("shop").one("shop")
        if shop is None:
            raise Unavailable("the store does not say who it is")
        return ShopProfile(
            domain=shop["myshopifyDomain"],
            name=shop["name"],
            currency=shop["currencyCode"],
            timezone=shop["ianaTimezone"],
        )

    def scopes(self) -> frozenset[str]:
        installation = self._api.ask("installation").one("currentAppInstallation")
        if installation is None:
            raise Unavailable("the store does not say what it lets us do")
        return frozenset(scope["handle"] for scope in installation["accessScopes"])

    def order(self, order_id: int) -> Order | None:
        return orders.order(self._api, order_id, digest=self._digest)

    def updated_since(self, moment: datetime) -> Iterator[Change]:
        return orders.updated_since(self._api, moment)

    def start_export(self, what: Export, *, without_people: bool) -> str:
        return history.start(self._api, what, without_people=without_people)

    def export(self, handle: str) -> Gathering:
        return history.look(self._api, handle)

    def past(self, what: Export, file: str, *, after: int, currency: str) -> Iterator[Batch]:
        ours = Ours(currency=currency, digest=self._digest, home=cache(partial(history.home, self._api)))
        return history.read(self._api, what, file, after=after, ours=ours)

    def customer_by_email(self, email: str) -> int | None:
        return customers.by_email(self._api, email)

    def customer_by_phone(self, phone: str) -> int | None:
        return customers.by_phone(self._api, phone)

    def emails(self, customer_id: int) -> tuple[str, ...]:
        return customers.emails(self._api, customer_id)

    def delivery(self, *, customer_id: int | None = None, order_id: int | None = None) -> Delivery | None:
        return addresses.for_gift(self._api, customer_id=customer_id, order_id=order_id)

    def birthdays(self, customer_ids: Sequence[int], *, metafield: str) -> Mapping[int, Birthday]:
        return birthdays.of(self._api, customer_ids, metafield=metafield)

    def shipments(self, *, since: datetime, until: datetime) -> Iterator[Shipment]:
        return shipments.made_between(self._api, since, until)

    def gift_option(self, variant_id: int) -> GiftOption | None:
        reply = self._api.ask("gift_variant", {"id": reading.gid("ProductVariant", variant_id)})
        variant = reply.one("productVariant")
        return reading.gift_option(variant, reply.data["shop"]["currencyCode"]) if variant else None

    def gift_candidates(self, words: str) -> tuple[GiftOption, ...]:
        return gift_search.candidates(self._api, words)

    def sold(self, order_id: int) -> tuple[SoldLine, ...]:
        return refund_state.sold(self._api, order_id)

    def refund_offer(self, order_id: int, *, pieces: tuple[Pieces, ...] = (), shipping: bool = False) -> RefundOffer:
        return refund_state.offer(refund_state.read(self._api, order_id, pieces=pieces, shipping=shipping))

    def credit_obstacle(self) -> str:
        return refunds.credit_obstacle(self._api)

    def tags(self, customer_id: int) -> frozenset[str]:
        return customers.tags(self._api, customer_id)

    def has_tag(self, customer_id: int, *, tag: str) -> bool | None:
        return customers.has_tag(self._api, customer_id, tag=tag)

    def tag_customer(self, customer_id: int, *, tag: str, present: bool) -> Receipt:
        return customers.tag(self._api, customer_id, tag=tag, present=present)

    def note_quiet(self, customer_id: int, *, until: date) -> Receipt:
        return quiet.note(self._api, customer_id, until=until)

    def forget_quiet(self, customer_id: int, *, until: date) -> Receipt:
        return quiet.forget(self._api, customer_id, until=until)

    def add_gift_line(self, order_id: int, *, variant_id: int, key: str) -> Receipt:
        return gift_line.add(self._api, order_id, variant_id=variant_id, key=key)

    def find_gift_line(self, order_id: int, *, variant_id: int, key: str) -> Receipt | None:
        return gift_line.find(self._api, order_id, variant_id=variant_id, key=key)

    def take_back_gift_line(self, order_id: int, *, variant_id: int, key: str) -> Receipt:
        return gift_line.take_back(self._api, order_id, variant_id=variant_id, key=key)

    def send_gift_order(self, parcel: GiftParcel, *, key: str) -> Receipt:
        return gift_order.send(self._api, parcel, key=key)

    def prepare_gift_draft(self, parcel: GiftParcel, *, key: str) -> str:
        return gift_draft.prepare(self._api, parcel, key=key)

    def complete_gift_draft(self, draft: str) -> Receipt:
        return gift_draft.complete(self._api, draft)

    def find_completed_draft(self, draft: str) -> Receipt | None:
        return gift_draft.find(self._api, draft)

    def find_gift_order(self, customer_id: int, *, key: str) -> Receipt | None:
        return gift_order.find(self._api, customer_id, key=key)

    def discard_gift_draft(self, draft: str, *, key: str) -> None:
        gift_draft.discard(self._api, draft, key=key)

    def cancel_gift_order(self, customer_id: int, *, key: str) -> Receipt:
        return gift_order.cancel(self._api, customer_id, key=key)

    def prepare_refund(self, order_id: int, *, back: GiveBack, key: str) -> str:
        return refunds.prepare(self._api, order_id, back=back, key=key)

    def refund(self, order_id: int, *, call: str, key: str, again: bool = False) -> Receipt:
        return refunds.refund(self._api, order_id, call=call, key=key, again=again)

    def find_refund(self, order_id: int, *, key: str) -> Receipt | None:
        return refunds.find(self._api, order_id, key=key)

    def watch_refund(self, _order_id: int, *, reference: str) -> Receipt:
        return refunds.watch(self._api, reference=reference)

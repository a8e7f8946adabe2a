"""People who were forgotten: whoever still names them is handed an alias that leads back to nobody.

An alias is a number below zero, made with a key of the shop's own: one person always has the same, so sums stay right,
and a late webhook is recognised. The key is kept sealed, and goes when the shop goes.
"""

import hmac
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import facts
from app.domain.history import Batch, PastOrder
from app.domain.people import Person
from app.store.base import insert
from app.store.sealed import Seal
from app.store.tables import Forgotten, Shop

_KEY_BYTES = 32
_AT_ONCE = 500  # names in one question; a batch of the past holds more


Hidden = dict[int | str | None, int]  # customers and digests, each with the alias that stands for them


@dataclass(frozen=True, slots=True, kw_only=True)
class Veil:
    """What lies over a shop's forgotten people, for one transaction; where nobody was ever forgotten it hides nothing.

    Only whoever is asked about is looked up: what an event costs does not grow with the people who were forgotten.
    """

    session: Session = field(repr=False)
    shop_id: int
    key: bytes | None = field(default=None, repr=False)

    def hides(self, customer_id: int) -> bool:
        """Return whether this customer was forgotten."""
        return bool(self._hidden([customer_id]))

    def over(self, orders: Sequence[facts.Order]) -> list[facts.Order]:
        """Return orders as they may be kept: with an alias, and without an address, where the buyer was forgotten."""
        if self.key is None:
            return [*orders]
        hidden = self._hidden(name for order in orders for name in (order.customer_id, order.mail_digest))
        return [_over_order(order, hidden) for order in orders]

    def over_past(self, batch: Batch) -> Batch:
        """Return a batch of the past as it may be kept; whoever was forgotten is left out of its customers."""
        if self.key is None:
            return batch
        names = [name for order in batch.orders for name in (order.customer_id, order.mail_digest)]
        hidden = self._hidden([*names, *(customer.id for customer in batch.customers)])
        if not hidden:
            return batch
        shown = [customer for customer in batch.customers if customer.id not in hidden]
        return replace(
            batch,
            orders=[_over_past_order(order, hidden) for order in batch.orders],
            customers=shown,
            refused=batch.refused + len(batch.customers) - len(shown),
        )

    def _hidden(self, names: Iterable[int | str | None]) -> Hidden:
        """Return those of the names that are hidden, each with its alias."""
        key = self.key
        if key is None:
            return {}
        aliases: Hidden = {name: alias_of(key, name) for name in {*names} if name is not None}
        asked, known = list(aliases.values()), set[int]()
        for start in range(0, len(asked), _AT_ONCE):
            theirs = (Forgotten.shop_id == self.shop_id, Forgotten.alias.in_(asked[start : start + _AT_ONCE]))
            known.update(self.session.scalars(select(Forgotten.alias).where(*theirs)))
        return {name: alias for name, alias in aliases.items() if alias in known}


def _over_order(order: facts.Order, hidden: Hidden) -> facts.Order:
    if order.customer_id in hidden:
        return replace(order, customer_id=hidden[order.customer_id], mail_digest=None, lines=())
    return replace(order, mail_digest=None) if order.mail_digest in hidden else order


def _over_past_order(order: PastOrder, hidden: Hidden) -> PastOrder:
    if order.customer_id in hidden:
        return order._replace(customer_id=hidden[order.customer_id], mail_digest=None, variants="")
    return order._replace(mail_digest=None) if order.mail_digest in hidden else order


def alias_of(key: bytes, name: int | str) -> int:
    """Return the alias of a customer, or of an address's digest."""
    return -1 - (int.from_bytes(hmac.digest(key, str(name).encode(), "sha256")[:8]) >> 1)


def subject_of(key: bytes, person: Person) -> str:
    """Return a digest that is the same whenever the same is said of a person."""
    said = "\n".join([*(str(number) for number in sorted(person.ids)), *sorted(person.words)])
    return hmac.digest(key, said.encode(), "sha256").hex()


def drawn(session: Session, *, shop_id: int, seal: Seal) -> Veil:
    """Return the veil over the shop's forgotten people."""
    row = session.execute(select(Shop.domain, Shop.sealed_alias_key).where(Shop.id == shop_id)).one_or_none()
    if row is None or row.sealed_alias_key is None:
        return Veil(session=session, shop_id=shop_id)
    return Veil(session=session, shop_id=shop_id, key=_open(seal, row.sealed_alias_key, row.domain))


def key_of(session: Session, *, shop_id: int, seal: Seal) -> bytes:
    """Return the key that the shop's aliases are made with; the first to ask makes it."""
    row = session.get_one(Shop, shop_id, populate_existing=True, with_for_update=True)
    if row.sealed_alias_key is None:
        row.sealed_alias_key = seal.close(os.urandom(_KEY_BYTES).hex(), place=_place(row.domain))
        session.flush()
    return _open(seal, row.sealed_alias_key, row.domain)


def draw_over(session: Session, *, shop_id: int, aliases: Iterable[int], now: datetime) -> None:
    """Let these people be forgotten from now on."""
    rows = [{"shop_id": shop_id, "alias": alias, "since": now} for alias in sorted(aliases)]
    if rows:
        session.execute(insert(session, Forgotten).on_conflict_do_nothing(), rows)


def _open(seal: Seal, sealed: bytes, domain: str) -> bytes:
    return bytes.fromhex(seal.open(sealed, place=_place(domain)))


def _place(domain: str) -> str:
    return f"shops.sealed_alias_key:{domain}"

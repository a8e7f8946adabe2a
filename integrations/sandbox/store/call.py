"""One GraphQL call, as its resolvers see it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from graphql import GraphQLResolveInfo

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.store.shops import granted
from integrations.sandbox.store.wire import iso
from integrations.sandbox.town import Town

Argument = Any  # of a GraphQL field, checked against the schema before it comes here
View = dict[str, Any]  # a GraphQL object: its fields' values, or functions of (info, **arguments)
_RECENT = timedelta(days=60)


@dataclass(slots=True, kw_only=True)
class RootPage:
    """Where a bulk operation stands in its outermost connection."""

    size: int
    ahead: list[tuple[str, int]] | None = None  # what the search found and was not yet answered; None: all
    more: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a resolver needs to answer: the town, an open turn at its books, whose shop, and when."""

    town: Town
    turn: Turn
    shop: Doc
    now: datetime
    origin: str = ""  # the town's own address, as the caller reached it
    root_page: RootPage | None = None  # set when a bulk operation asks
    refuse: bool = False  # a fault: mutations answer with a userError and do nothing

    def scopes(self) -> frozenset[str]:
        """Return what the app may do in this shop."""
        return granted(self.shop)

    def owned(self, kind: str, key: str) -> Doc | None:
        """Return a document of this shop, or None: another shop's is as unknown as none."""
        doc = self.turn.get(kind, key) if key else None
        return doc if doc is not None and doc["shop"] == self.shop["domain"] else None

    def order(self, key: str) -> Doc | None:
        """Return an order the app may see: without read_all_orders, those of the last 60 days."""
        order = self.owned("orders", key)
        return order if order is not None and order["created_at"] >= self.oldest_visible() else None

    def oldest_visible(self) -> str:
        """Return the creation time before which orders are hidden."""
        return "" if "read_all_orders" in self.scopes() else iso(self.now - _RECENT)


Info = GraphQLResolveInfo[Call]


class Refused(Exception):
    """A mutation is refused for a business reason; the arguments are the message and the field it is about."""

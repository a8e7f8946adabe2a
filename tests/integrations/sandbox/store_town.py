"""A town with only the practice shop, its shelves filled and nobody in it yet, spoken to without a network."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from integrations.sandbox.books import Books, Doc
from integrations.sandbox.clock import Clock
from integrations.sandbox.post_office import PostOffice
from integrations.sandbox.serve import Works
from integrations.sandbox.store import actions
from integrations.sandbox.store.bulk_runner import BulkRunner
from integrations.sandbox.store.catalogue import stock_up
from integrations.sandbox.store.endpoint import Endpoint
from integrations.sandbox.store.engine import Engine
from integrations.sandbox.store.order_book import Item, Purchase
from integrations.sandbox.store.people import newcomer
from integrations.sandbox.store.routes import blueprint
from integrations.sandbox.store.shops import NewShop, open_shop
from integrations.sandbox.store.subset import documents
from integrations.sandbox.town import PRACTICE_SHOP, PRACTICE_TOKEN, Town, TownSettings

QUERIES = documents()
BOX, SOCKS = 0, 10  # places in the catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreTown:
    works: Works
    client: FlaskClient
    variants: list[Doc]

    def call(self, query: str, variables: Mapping[str, object] | None = None, **changes: str) -> TestResponse:
        """Send a query as the app does; `changes` are shop, token and version."""
        shop, version = changes.get("shop", PRACTICE_SHOP), changes.get("version", "2026-10")
        return self.client.post(
            f"/shopify/{shop}/admin/api/{version}/graphql.json",
            json={"query": query, "variables": variables or {}},
            headers={"X-Shopify-Access-Token": changes.get("token", PRACTICE_TOKEN)},
        )

    def ask(self, document: str, **variables: object) -> dict[str, Any]:
        """Send one of the app's documents and return the JSON that comes back."""
        answer: dict[str, Any] = self.call(QUERIES[document], variables).json
        return answer

    def do(self, document: str, **variables: object) -> dict[str, Any]:
        """Send one of the app's mutations and return its payload."""
        answer = self.ask(document, **variables)
        assert "errors" not in answer, answer["errors"]
        (payload,) = answer["data"].values()
        return dict(payload)

    def place(self, *, announce: bool = False, **changes: Any) -> Doc:
        """Place an order: one Season Box by a guest, $45, paid; `changes` are those of the purchase."""
        town = self.works.town
        with town.books.turn() as turn:
            shop = turn.get("shops", PRACTICE_SHOP)
            assert shop is not None
            plain = Purchase(shop=shop, at=town.clock.now(), items=[Item(variant=self.variants[BOX])])
            told = actions.SEND if announce else actions.LOSE
            return actions.place_order(town, turn, replace(plain, **changes), told).order

    def newcomer(self) -> Doc:
        """Let somebody move to the town."""
        with self.works.town.books.turn() as turn:
            shop = turn.get("shops", PRACTICE_SHOP)
            assert shop is not None
            return newcomer(turn, Random(1), shop, self.works.town.clock.now())

    def order(self, order: Doc) -> Doc:
        """Return the order as the books have it now."""
        return self.doc("orders", order["id"])

    def doc(self, kind: str, key: int | str) -> Doc:
        """Return a document of the books."""
        with self.works.town.books.turn() as turn:
            found = turn.get(kind, key)
        assert found is not None, f"no {kind} {key}"
        return found

    def change(self, kind: str, key: int | str, **values: object) -> None:
        """Change fields of a document behind everybody's back."""
        with self.works.town.books.turn() as turn:
            turn.put(kind, key, (turn.get(kind, key) or {}) | values)

    def letters(self, *topics: str) -> list[Doc]:
        """Return the letters about these topics, in the order in which they were written."""
        with self.works.town.books.turn() as turn:
            return [each for each in turn.all("letters") if each["subject"] in topics]

    def later(self, **time: float) -> None:
        """Let time pass: days, hours, minutes or seconds."""
        self.works.town.clock.advance(int(timedelta(**time).total_seconds()))


def store_town(**changes: Any) -> StoreTown:
    """Build the store alone, in memory, without a year and without the app."""
    settings, books, clock = replace(TownSettings(year=False), **changes), Books(), Clock()
    post = PostOffice(books, clock, target=settings.target, seed=settings.seed)
    town = Town(settings=settings, books=books, clock=clock, post=post)
    with books.turn() as turn:
        variants = stock_up(turn, open_shop(turn, NewShop(domain=PRACTICE_SHOP, token=PRACTICE_TOKEN)))
    engine = Engine()
    endpoint = Endpoint(town, engine)
    flask = Flask("store")
    flask.register_blueprint(blueprint(town, endpoint))
    works = Works(town=town, endpoint=endpoint, runner=BulkRunner(town, engine), flask=flask)
    return StoreTown(works=works, client=flask.test_client(), variants=variants)


def gid(kind: str, doc: Doc) -> str:
    """Return a document's global id."""
    return f"gid://shopify/{kind}/{doc['id']}"


def messages(payload: Mapping[str, Any]) -> list[str]:
    """Return what a payload's userErrors say."""
    return [each["message"] for each in payload["userErrors"]]

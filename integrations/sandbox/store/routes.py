"""The store over HTTP: the Admin API, its tokens, the results of bulk operations, and the town's own door to it."""

import gzip

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from integrations.sandbox.store import bulk
from integrations.sandbox.store.endpoint import Endpoint, known_version
from integrations.sandbox.store.people_calls import PeopleCalls
from integrations.sandbox.store.token_desk import TokenDesk
from integrations.sandbox.store.town_calls import TownCalls
from integrations.sandbox.store.wire import iso
from integrations.sandbox.town import Town


def blueprint(town: Town, endpoint: Endpoint) -> Blueprint:
    """Return the store's routes."""
    store, counter = Blueprint("store", __name__), Counter(town, endpoint)
    store.add_url_rule("/shopify/<shop>/admin/api/<version>/graphql.json", view_func=counter.graphql, methods=["POST"])
    store.add_url_rule("/shopify/<shop>/admin/oauth/access_token", view_func=counter.token, methods=["POST"])
    store.add_url_rule("/shopify/bulk/<name>", view_func=counter.bulk_result)
    TownCalls(town, endpoint).register(store)
    PeopleCalls(town).register(store)
    return store


class Counter:
    """What the app itself may call."""

    def __init__(self, town: Town, endpoint: Endpoint) -> None:
        self._town = town
        self._endpoint = endpoint
        self._desk = TokenDesk(town, endpoint)

    def token(self, shop: str) -> ResponseReturnValue:
        """Answer a request for tokens."""
        return self._desk.answer(request, shop)

    def graphql(self, shop: str, version: str) -> ResponseReturnValue:
        """Answer a GraphQL request."""
        if not known_version(version):
            return jsonify(errors="Not Found"), 404
        return self._endpoint.answer(request, shop, version)

    def bulk_result(self, name: str) -> ResponseReturnValue:
        """Answer with a result's lines. They lie with another host in truth, which must not see the token."""
        if "X-Shopify-Access-Token" in request.headers:
            return jsonify(errors="The access token was sent to a foreign host"), 400
        with self._town.books.turn() as turn:
            lines = bulk.lines(turn, name, iso(self._town.clock.now()))
            text = None if lines is None else "".join(lines)
        if text is None:
            return "", 403
        if not request.accept_encodings.quality("gzip"):
            return Response(text, mimetype="application/jsonl")
        packed = gzip.compress(text.encode(), compresslevel=1)
        return Response(packed, mimetype="application/jsonl", headers={"Content-Encoding": "gzip"})

"""The token endpoint: ID tokens and refresh tokens in, pairs of tokens out, and the store's own words for every no."""

from collections.abc import Mapping

from flask import Request, Response, jsonify

from integrations.sandbox.books import Turn
from integrations.sandbox.mishaps import hang_up
from integrations.sandbox.store import grants
from integrations.sandbox.store.endpoint import Endpoint
from integrations.sandbox.store.faults import AFTER, BEFORE, Fault
from integrations.sandbox.store.shops import KIND as SHOPS
from integrations.sandbox.store.vouching import vouches_for
from integrations.sandbox.town import Town

EXCHANGE, REFRESH = "TokenExchange", "TokenRefresh"  # the names under which calls are counted and struck by faults
_TYPE = "urn:ietf:params:oauth:token-type:id_token"
_OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token"
_GRANTS = {"urn:ietf:params:oauth:grant-type:token-exchange": EXCHANGE, "refresh_token": REFRESH}


class _No(Exception):
    """Refused; the arguments are the status, the code, and the store's sentence."""


class TokenDesk:
    """Answers at /admin/oauth/access_token for all the shops of a town."""

    def __init__(self, town: Town, endpoint: Endpoint) -> None:
        self._town = town
        self._endpoint = endpoint

    def answer(self, request: Request, domain: str) -> Response:
        """Answer one request, in whatever way the store would, or the faults will have it."""
        form = _fields(request)
        name = _GRANTS.get(form.get("grant_type", ""), "")
        fault = self._endpoint.draw(name)
        if fault is not None and fault.kind in BEFORE:
            return _struck_before(fault)
        response = self._answer(form, name, domain)
        return _struck_after(fault, response) if fault is not None and fault.kind in AFTER else response

    def _answer(self, form: Mapping[str, str], name: str, domain: str) -> Response:
        with self._town.books.turn() as turn:
            try:
                response = jsonify(self._granted(turn, form, name, domain))
            except _No as no:
                status, code, sentence = no.args
                response = jsonify(error=code, error_description=sentence)
                response.status_code = status
        return response

    def _granted(self, turn: Turn, form: Mapping[str, str], name: str, domain: str) -> dict[str, object]:
        shop, secret, now = turn.get(SHOPS, domain), form.get("client_secret", ""), self._town.clock.now()
        known = form.get("client_id") == self._town.settings.client_id and secret in self._town.settings.client_secrets
        if shop is None or not shop.get("installed", True) or not known:
            raise _No(401, "invalid_client", "The client is unknown, or the app is not installed here.")
        if name == REFRESH:
            pair = grants.next_pair(turn, shop, form.get("refresh_token", ""), secret=secret, now=now)
            if pair is None:
                raise _No(400, "invalid_grant", "The refresh token is invalid, expired or revoked.")
            return pair
        if name != EXCHANGE or form.get("subject_token_type") != _TYPE or form.get("requested_token_type") != _OFFLINE:
            raise _No(400, "invalid_request", "The request misses something or holds what is unknown.")
        self._check_subject(form.get("subject_token", ""), domain)
        if form.get("expiring") != "1":
            return grants.lasting_token(turn, shop, secret=secret)
        return grants.fresh_pair(turn, shop, secret=secret, now=now)

    def _check_subject(self, token: str, domain: str) -> None:
        if not vouches_for(self._town.settings, token, domain, self._town.clock.now()):
            raise _No(400, "invalid_subject_token", "The ID token is invalid or has expired.")


def _fields(request: Request) -> Mapping[str, str]:
    body = request.get_json(silent=True)
    fields = body if isinstance(body, dict) else request.form
    return {str(name): str(value) for name, value in fields.items()}


def _struck_before(fault: Fault) -> Response:
    if fault.kind == "drop_before":
        return hang_up()
    if fault.kind in ("429", "throttled"):
        return Response("Too Many Requests", 429, {"Retry-After": "2.0"}, mimetype="text/plain")
    return Response("<html><h1>Service Unavailable</h1></html>", 503, mimetype="text/html")


def _struck_after(fault: Fault, response: Response) -> Response:
    if fault.kind == "commit_then_drop":
        return hang_up()
    if fault.kind == "truncated":
        response.set_data(response.get_data()[:40])
        return response
    return Response("<html><h1>Internal Server Error</h1></html>", 500, mimetype="text/html")

"""The Admin API as a function: a document and its variables in, a reply out. Shop and access belong to the object."""

import time
from collections.abc import Mapping
from functools import lru_cache

import structlog
from shopify.api_version import ApiVersion

from app.domain.errors import Busy, OurMistake, Stopped, Unavailable, Uncertain
from integrations.http import Answer, Http, Request
from integrations.shopify.access import Access
from integrations.shopify.answers import LONGEST_PAUSE, Reply, understand
from integrations.shopify.budget import Budget, NoBudget
from integrations.shopify.cost import Cost, cost_in
from integrations.shopify.documents import Document, document

API_VERSION = "2026-10"  # keep equal to [webhooks] api_version in the app's configuration
SOURCE = "the store"

_DAY = 86_400
_LONGEST_NUMBER = 64
_MOST_RENEWALS = 2  # the first may bring one that somebody else had fetched, and that has died like ours
_NOT_SAID = 2.0  # seconds
_LOG = structlog.get_logger()
_PATH = ApiVersion.coerce_to_version(API_VERSION).api_path("")


class AdminApi:
    """Calls to one shop with its own access, whose tokens never meet another shop's address."""

    def __init__(self, http: Http, *, origin: str, domain: str, access: Access, budget: Budget | None = None) -> None:
        self.http = http
        self.origin = origin
        self.domain = domain
        self.served: str | None = None  # the version that answered last
        self._access = access
        self._budget = budget or NoBudget()

    def ask(self, name: str, variables: Mapping[str, object] | None = None) -> Reply:
        """Run a document that is no deed by itself: a reading, or a step towards one. Raises Unavailable."""
        return self._run(document(name), variables or {}, writes=False)

    def do(self, name: str, variables: Mapping[str, object]) -> Reply:
        """Run the document that does the deed. Raises Unavailable, or Uncertain when it may have been done."""
        return self._run(document(name), variables, writes=True)

    def _run(self, wanted: Document, variables: Mapping[str, object], *, writes: bool) -> Reply:
        if wanted.personal:
            # Of whom is told by number alone: whoever is searched for by address is not named.
            _LOG.info("shopify.personal_data", operation=wanted.operation, shop=self.domain, of=variables.get("id"))
        token = self._access.token()
        answer = self._send(wanted, variables, token, writes=writes)
        for _ in range(_MOST_RENEWALS):
            if answer.status != 401:
                break
            # Nobody was let in, so nothing was done, and once more is safe for a deed too.
            token = self._access.renew(token)
            answer = self._send(wanted, variables, token, writes=writes)
        self.served = _served(answer)
        reply = self._understood(answer, wanted)
        if reply.denied:
            _LOG.info("shopify.denied", operation=wanted.operation, shop=self.domain, paths=sorted(reply.denied))
        return reply

    def _send(self, wanted: Document, variables: Mapping[str, object], token: str, *, writes: bool) -> Answer:
        request = Request(
            source=SOURCE,
            method="POST",
            url=f"{self.origin}{_PATH}/graphql.json",
            writes=writes,
            asks=not wanted.mutation,
            headers={"X-Shopify-Access-Token": token, "Accept": "application/json"},
            body={"query": wanted.text, "variables": variables, "operationName": wanted.operation},
        )
        taken, cost = self._budget.take(wanted.operation), Cost()
        try:
            answer = self.http.call(request)
            cost = cost_in(answer)
        except Stopped:
            raise  # nobody was asked, so nothing was learnt of the bucket
        except Busy as busy:
            cost = Cost(available=0.0)  # all that a 429 says
            # No bucket takes longer to fill: more would be a slip of theirs, and would stop the shop for a day.
            raise Busy(str(busy), retry_after=min(busy.retry_after or _NOT_SAID, LONGEST_PAUSE)) from busy
        finally:
            self._budget.settle(wanted.operation, taken, cost)
        return answer

    def _understood(self, answer: Answer, wanted: Document) -> Reply:
        try:
            return understand(answer)
        except (Unavailable, Uncertain) as problem:
            # Their own number for the call is what their support asks for first.
            number = answer.headers.get("X-Request-ID", "")[:_LONGEST_NUMBER]
            said = {"operation": wanted.operation, "request_id": number, "shop": self.domain, "problem": str(problem)}
            if isinstance(problem, OurMistake):
                _LOG.error("shopify.our_mistake", **said)
            elif not isinstance(problem, Busy):
                _LOG.warning("shopify.trouble", **said)
            raise


def _served(answer: Answer) -> str | None:
    """Return the version that answered, and say so when it is not ours.

    A version that was retired raises no error: the oldest living one answers instead.
    """
    served = answer.headers.get("X-Shopify-API-Version", "")[:_LONGEST_NUMBER] or None
    if served not in {None, API_VERSION}:
        _tell_of_version(served, day=int(time.monotonic() // _DAY))
    return served


@lru_cache(maxsize=8)
def _tell_of_version(served: str | None, *, day: int) -> None:  # noqa: ARG001  # each day it is told again
    """Log it once a day and process: a line for every call would hide all others."""
    _LOG.error("shopify.version", asked=API_VERSION, served=served)

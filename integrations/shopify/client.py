"""The Admin API as a function: a document and its variables in, a reply out. Shop and access belong to the object."""

from collections.abc import Mapping

import structlog
from shopify.api_version import ApiVersion

from integrations.http import Answer, Http, Request
from integrations.shopify.access import Access
from integrations.shopify.answers import Reply, understand
from integrations.shopify.documents import Document, document

API_VERSION = "2026-10"  # keep equal to [webhooks] api_version in the app's configuration
SOURCE = "the store"

_LOG = structlog.get_logger()
_PATH = ApiVersion.coerce_to_version(API_VERSION).api_path("")


class AdminApi:
    """Calls to one shop with its own access, whose tokens never meet another shop's address."""

    def __init__(self, http: Http, *, origin: str, domain: str, access: Access) -> None:
        self.http = http
        self.origin = origin
        self.domain = domain
        self._access = access

    def ask(self, name: str, variables: Mapping[str, object] | None = None) -> Reply:
        """Run a document that is no deed by itself: a reading, or a step towards one. Raises Unavailable."""
        return self._run(document(name), variables or {}, writes=False)

    def do(self, name: str, variables: Mapping[str, object]) -> Reply:
        """Run the document that does the deed. Raises Unavailable, or Uncertain when it may have been done."""
        return self._run(document(name), variables, writes=True)

    def _run(self, wanted: Document, variables: Mapping[str, object], *, writes: bool) -> Reply:
        token = self._access.token()
        answer = self._send(wanted, variables, token, writes=writes)
        if answer.status == 401:
            # Nobody was let in, so nothing was done, and once more is safe for a deed too.
            answer = self._send(wanted, variables, self._access.renew(token), writes=writes)
        self._watch_version(answer)
        reply = understand(answer)
        if reply.denied:
            _LOG.info("shopify.denied", operation=wanted.operation, shop=self.domain, paths=sorted(reply.denied))
        return reply

    def _send(self, wanted: Document, variables: Mapping[str, object], token: str, *, writes: bool) -> Answer:
        return self.http.call(
            Request(
                source=SOURCE,
                method="POST",
                url=f"{self.origin}{_PATH}/graphql.json",
                writes=writes,
                headers={"X-Shopify-Access-Token": token, "Accept": "application/json"},
                body={"query": wanted.text, "variables": variables, "operationName": wanted.operation},
            )
        )

    def _watch_version(self, answer: Answer) -> None:
        # A version that was retired raises no error: the oldest living one answers instead.
        served = answer.headers.get("X-Shopify-API-Version", API_VERSION)
        if served != API_VERSION:
            _LOG.warning("shopify.version", asked=API_VERSION, served=served[:20], shop=self.domain)

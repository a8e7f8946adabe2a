"""A vendor's REST API as one account enters it: where it is, how it lets us in, and in which field its noes stand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from integrations.http import Answer, Http, Request
from integrations.refusals import let_in

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """Calls with one account's key."""

    http: Http
    source: str  # whom we ask, in words for people
    base: str
    no: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    auth: tuple[str, str] | None = field(default=None, repr=False)

    def call(
        self,
        method: str,
        path: str,
        *,
        writes: bool,
        params: Mapping[str, str] | None = None,
        body: Json | None = None,
        headers: Mapping[str, str] | None = None,
        asks: bool = False,
    ) -> Answer:
        """Return the answer of whoever lets us in; a no of theirs is one as well."""
        request = Request(
            source=self.source,
            method=method,
            url=f"{self.base}{path}",
            writes=writes,
            headers={**self.headers, **(headers or {})},
            params=params or {},
            body=body,
            auth=self.auth,
            asks=asks,
        )
        return let_in(self.http.call(request), self.source, ours=self.no)

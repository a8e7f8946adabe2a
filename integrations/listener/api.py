"""One signed call, after Standard Webhooks (standardwebhooks.com), to an address that the merchant names.

    {"type": "customer.sensitive", "timestamp": "…", "data": {"customer_id": 55, "until": "2027-05-20"}}
    {"type": "customer.sensitive_over", "timestamp": "…", "data": {"customer_id": 55}}

Whatever is 2xx is a yes. A call may come twice: then it bears the same `webhook-id`. Nothing else of the customer is
told, and why is never known.
"""

import json
from datetime import datetime

from app.domain.errors import Busy, Rejected, Unavailable
from app.domain.ports import Receipt
from integrations import standard_webhooks
from integrations.http import Http, Request
from integrations.marker import short

SOURCE = "your tool"
LONGEST = 255  # letters of an address


class SignedListener:
    """Satisfies app.domain.ports.Listener; what it promises stands there."""

    def __init__(self, http: Http, *, url: str, secret: str) -> None:
        self._http, self._url, self._secret = http, url, secret

    def tell(self, customer_id: int, *, until: datetime | None, key: str, since: datetime, now: datetime) -> Receipt:
        name, body = f"msg_{short(key)}", _said(customer_id, until, since)
        proof = standard_webhooks.signed(self._secret, name=name, body=body, now=now)
        if (odd := self._http.refuses(self._url)) is not None:
            raise Rejected(f"Its address is not called: {odd}.")
        request = Request(
            source=SOURCE,
            method="POST",
            url=self._url,
            writes=True,
            content=body,
            headers={**proof, "Content-Type": "application/json"},
        )
        try:
            answer = self._http.call(request)
        except Busy as busy:
            # Whoever is always busy must not hold a refund up for ever: this counts as a try.
            raise Unavailable(str(busy)) from busy
        if answer.status == 401:
            # While its secret is changed, or our call was late, its moment is: like silence, it may pass.
            raise Unavailable("It does not take our signature (401)")
        if not answer.ok:
            raise Rejected(f"It said no ({answer.status}).")
        return Receipt(reference=name)


def problem_with(http: Http, url: str) -> str | None:
    """Return why an address cannot be a tool's, as a sentence; None for a good one."""
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url or "#" in url:
        return f"Please give an address of plain letters, {LONGEST} at most, and without a #."
    odd = http.refuses(url)
    return None if odd is None else f"This address cannot be used: {odd}."


def _said(customer_id: int, until: datetime | None, since: datetime) -> bytes:
    kind, data = "customer.sensitive_over", dict[str, object](customer_id=customer_id)
    if until is not None:
        kind, data = "customer.sensitive", data | {"until": until.date().isoformat()}
    said = {"type": kind, "timestamp": since.isoformat(timespec="seconds"), "data": data}
    return json.dumps(said, separators=(",", ":")).encode()

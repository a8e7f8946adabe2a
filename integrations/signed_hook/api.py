"""Five calls that a helpdesk of one's own answers, as the app's port asks for them.

    POST tickets/<ticket>/notes      {"key", "text"}                        leave a note that only agents read
    GET  tickets/<ticket>/notes?key= answered with {"references": [...]}    those left under that key, be it none
    POST tickets/<ticket>/tags       {"tag", "reason"}                      beside the other tags, once
    POST customers/marks             {"emails", "special", "reason", "tag"} on the customer and all open tickets
    POST customers/marks/look        {"emails", "tag", "but"}               is it on them, and on open tickets but one?

Each is answered with 2xx and JSON: a note with its "reference", a mark with whether they are "known", a look with
whether all "shown".
"""

from app.domain.errors import KeyRefused, Rejected, Unavailable
from app.domain.ports import Receipt
from integrations.companies import Login
from integrations.http import Answer, Http, Request
from integrations.marker import short
from integrations.signed_hook.events import TICKET

SOURCE = "the helpdesk"
_LONGEST_REASON = 255


class SignedHookHelpdesk:
    """Satisfies app.domain.ports.Helpdesk; what each method promises stands there."""

    def __init__(self, http: Http, origin: str, login: Login) -> None:
        self._http = http
        self._base = f"{origin}/lagniappe"
        self._headers = {"Authorization": f"Bearer {login.key}"}

    def mark_customer(self, emails: tuple[str, ...], *, special: bool, reason: str, tag: str) -> Receipt:
        body = {"emails": [*emails], "special": special, "reason": reason[:_LONGEST_REASON], "tag": tag}
        known = _said(self._call("POST", "customers/marks", body=body)).get("known") is True
        return Receipt(reference="", remark="" if known else "The helpdesk does not know this customer yet.")

    def mark_shown(self, emails: tuple[str, ...], *, tag: str, but: str = "") -> bool | None:
        body = {"emails": [*emails], "tag": tag, "but": but}
        # Asking changes nothing over there, so an answer that is lost leaves nothing in doubt.
        answer = self._call("POST", "customers/marks/look", body=body, writes=False)
        if answer.status == 404:
            raise Unavailable("the helpdesk does not say which marks it shows")
        said = _said(answer)
        return said.get("shown") is True if said.get("known") is True else None

    def has_open_ticket(self, emails: tuple[str, ...]) -> None:  # noqa: ARG002
        return None

    def knock(self) -> None:
        """Ask of a ticket that is none; whatever they say of it, they have let us in. Raises KeyRefused."""
        self._call("GET", "tickets/0/notes", params={"key": short("knock")})

    def tag_ticket(self, ticket_id: str, *, tag: str, reason: str = "") -> Receipt:
        body = {"tag": tag, "reason": reason[:_LONGEST_REASON]}
        _accepted(self._call("POST", f"tickets/{_number(ticket_id)}/tags", body=body))
        return Receipt(reference=ticket_id)

    def post_note(self, ticket_id: str, *, text: str, key: str) -> Receipt:
        answer = self._call("POST", f"tickets/{_number(ticket_id)}/notes", body={"key": short(key), "text": text})
        return Receipt(reference=_reference(answer, _said(answer).get("reference")))

    def find_note(self, ticket_id: str, *, key: str) -> Receipt | None:
        answer = self._call("GET", f"tickets/{_number(ticket_id)}/notes", params={"key": short(key)})
        if answer.status == 404:
            # It may be their address that is wrong: what is certainly absent is said with an empty list.
            raise Unavailable("the helpdesk does not say which notes it has")
        found = _said(answer).get("references")
        if not isinstance(found, list):
            raise answer.request.failure("gave an answer that makes no sense")
        return Receipt(reference=_reference(answer, found[0]), copies=len(found)) if found else None

    def _call(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        body: object = None,
        writes: bool | None = None,
    ) -> Answer:
        answer = self._http.call(
            Request(
                source=SOURCE,
                method=method,
                url=f"{self._base}/{path}",
                writes=method != "GET" if writes is None else writes,
                params=params or {},
                body=body,
                headers=self._headers,
            )
        )
        if answer.status in (401, 403):
            raise KeyRefused("the helpdesk refuses our key")
        return answer


def _accepted(answer: Answer) -> Answer:
    # Their words are not repeated: somebody's address may be among them.
    if not answer.ok:
        raise Rejected(f"The helpdesk said no ({answer.status}).")
    return answer


def _said(answer: Answer) -> dict[str, object]:
    return _accepted(answer).json_object()


def _reference(answer: Answer, said: object) -> str:
    if not (isinstance(said, str) and 0 < len(said) <= 100):
        raise answer.request.failure("gave an answer that makes no sense")
    return said


def _number(ticket_id: str) -> str:
    """Return the id if it is one: it becomes part of an address."""
    if not TICKET.fullmatch(ticket_id):
        raise Rejected("This is not a ticket of this helpdesk.")
    return ticket_id

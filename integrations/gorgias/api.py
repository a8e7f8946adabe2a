"""One merchant's Gorgias, as the app's port asks for it.

Gorgias has no tags on customers. So a standing is shown in a custom field of the customer, and as a tag on the
tickets that are open; the tag on the store's customer stays the truth that both can be repaired from.
"""

import html
from collections.abc import Iterator

import structlog

from app.domain.errors import Rejected, Unavailable
from app.domain.ports import Receipt
from integrations.gorgias import furniture
from integrations.gorgias.client import GorgiasApi, Json, accepted
from integrations.marker import short

_LOG = structlog.get_logger()
_FIELD_LONGEST = 255
_SPECIAL = "Special"  # how a standing begins that is one
NOTE = "internal-note"
_UNKNOWN_NAME = {400, 404, 409, 422}


class GorgiasHelpdesk:
    """Satisfies app.domain.ports.Helpdesk; what each method promises stands there."""

    def __init__(self, api: GorgiasApi) -> None:
        self._api = api.patient()
        self._at_once = api  # for what an agent waits for: of a ticket, not of a customer

    def mark_customer(self, emails: tuple[str, ...], *, special: bool, reason: str, tag: str) -> Receipt:
        customers = self._known(emails)
        if not customers:
            return Receipt(reference="", remark="The helpdesk does not know this customer yet.")
        field = self._field(furniture.FIELD)
        for customer in customers:
            self._set_field(customer, field, f"{_SPECIAL if special else 'No longer special'}: {reason}")
            self._tag_open_tickets(customer, tag, present=special)
        return Receipt(reference=",".join(str(customer) for customer in customers))

    def mark_shown(self, emails: tuple[str, ...], *, tag: str, but: str = "") -> bool | None:
        customers = self._known(emails)
        if not customers:
            return None
        field = self._find_field(furniture.FIELD)
        return field is not None and all(self._shows(customer, field, tag, but) for customer in customers)

    def has_open_ticket(self, emails: tuple[str, ...]) -> bool:
        return any(self._is_waiting(customer) for customer in self._known(emails))

    def push_card(self, emails: tuple[str, ...], *, line: str) -> Receipt:
        customers = self._known(emails)
        if not customers:
            return Receipt(reference="", remark="The helpdesk does not know this customer yet.")
        field = self._field(furniture.CARD_FIELD)
        for customer in customers:
            self._set_field(customer, field, line)
        return Receipt(reference=",".join(str(customer) for customer in customers))

    def tag_ticket(
        self,
        ticket_id: str,
        *,
        tag: str,
        reason: str = "",  # noqa: ARG002  # stands on the customer
    ) -> Receipt:
        path = f"tickets/{_number(ticket_id)}/tags"
        answer = self._at_once.write("POST", path, {"names": [tag]})
        if answer.status in _UNKNOWN_NAME or tag not in self._tags_on(path):
            # A name that the account has never used is refused, or dropped in silence: make it known, say it again.
            self._at_once.write("POST", "tags", furniture.tag(tag), deed=False)
            accepted(self._at_once.write("POST", path, {"names": [tag]}))
        return Receipt(reference=ticket_id)

    def post_note(self, ticket_id: str, *, text: str, key: str) -> Receipt:
        note = private_note(self._at_once.user, text, key)
        answer = accepted(self._at_once.write("POST", f"tickets/{_number(ticket_id)}/messages", note))
        written = answer.json_object()
        public = written.get("public") is not False
        if public:
            _LOG.error("gorgias.note_public", ticket=ticket_id, message=written.get("id"))
        return Receipt(reference=str(written["id"]), public=public)

    def find_note(self, ticket_id: str, *, key: str) -> Receipt | None:
        mark = marker(key)
        messages = self._at_once.pages("messages", {"ticket_id": _number(ticket_id)})
        ours = [str(message["id"]) for message in messages if message.get("external_id") == mark]
        return Receipt(reference=ours[0], copies=len(ours)) if ours else None

    def _known(self, emails: tuple[str, ...]) -> list[int]:
        return sorted({customer for email in emails for customer in self._customers(email)})

    def _shows(self, customer: int, field: int, tag: str, but: str) -> bool:
        values = self._api.read(f"customers/{customer}", {"relationships": "custom_fields"}).get("custom_fields") or []
        said = [str(each["value"]) for each in values if each["id"] == field]
        if not any(value.startswith(_SPECIAL) for value in said):
            return False
        tickets = self._api.pages("tickets", {"customer_id": str(customer)})
        others = (each for each in tickets if each["status"] == "open" and str(each["id"]) != but)
        return all(tag in _names(each["tags"]) for each in others)

    def _is_waiting(self, customer: int) -> bool:
        return any(each["status"] == "open" for each in self._api.pages("tickets", {"customer_id": str(customer)}))

    def _customers(self, email: str) -> Iterator[int]:
        wanted = email.strip().lower()
        for customer in self._api.pages("customers", {"email": wanted}):
            if wanted in _addresses(customer):
                yield int(customer["id"])

    def _set_field(self, customer: int, field: int, value: str) -> None:
        body = {"value": value[:_FIELD_LONGEST]}
        accepted(self._api.write("PUT", f"customers/{customer}/custom-fields/{field}", body))

    def _field(self, wanted: Json) -> int:
        """Return the id of a field of ours, making the field on first use."""
        found = self._find_field(wanted)
        if found is None:
            # Refused when somebody else makes it at this moment; then it is there to be found.
            answer = self._api.write("POST", "custom-fields", wanted, deed=False)
            found = self._find_field(wanted)
            if found is None and answer.ok:  # a page of somebody's on the way, which says yes to everything
                raise Unavailable("the helpdesk does not show the customer field that it said yes to")
        if found is None:
            raise Rejected("The helpdesk does not let us add a customer field.")
        return found

    def _find_field(self, wanted: Json) -> int | None:
        fields = self._api.pages("custom-fields", {"object_type": "Customer"})
        # The oldest: two processes that both were first may have made two.
        return min((int(field["id"]) for field in fields if furniture.is_same_field(field, wanted)), default=None)

    def _tag_open_tickets(self, customer: int, tag: str, *, present: bool) -> None:
        tickets = [*self._api.pages("tickets", {"customer_id": str(customer)})]
        wrong = [each for each in tickets if each["status"] == "open" and (tag in _names(each["tags"])) is not present]
        if present and wrong:
            self.tag_ticket(str(wrong.pop()["id"]), tag=tag)  # with it the name is known to the account
        # With more tickets than calls are granted, each try gets some further: those that are done are not asked again.
        for ticket in wrong:
            method = "POST" if present else "DELETE"
            accepted(self._api.write(method, f"tickets/{ticket['id']}/tags", {"names": [tag]}))

    def _tags_on(self, path: str) -> set[str]:
        return _names(self._at_once.read(path)["data"])


def _number(ticket_id: str) -> str:
    """Return the id if it is one: it becomes part of an address."""
    if not (ticket_id.isascii() and ticket_id.isdecimal()):
        raise Rejected("This is not a ticket of this helpdesk.")
    return ticket_id


def private_note(user: str, text: str, key: str) -> Json:
    """Return a message that only the team reads, and that bears our name."""
    return {
        "channel": NOTE,
        "via": NOTE,
        "public": False,
        "from_agent": True,
        "sender": {"email": user},
        "body_text": text,
        "body_html": html.escape(text).replace("\n", "<br>"),
        "external_id": marker(key),
    }


def marker(key: str) -> str:
    """Return what our note bears over there, by which it is found again."""
    return f"lagniappe:{short(key)}"


def _addresses(customer: Json) -> set[str]:
    channels = customer.get("channels") or []
    said = [customer.get("email"), *(channel.get("address") for channel in channels)]
    return {str(address).strip().lower() for address in said if address}


def _names(tags: list[Json]) -> set[str]:
    return {str(tag["name"]) for tag in tags}

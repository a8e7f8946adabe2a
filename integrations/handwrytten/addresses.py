"""Addresses in Handwrytten's words, flat beside each other in the order."""

from app.domain.addresses import Address
from app.domain.errors import Rejected
from app.domain.gifts import Sender
from integrations import envelopes

_NAME, _LINE = 60, 60  # letters that fit; no more than that is written on an envelope by hand
_HOME = 1  # the United States, in their numbers

Fields = dict[str, str | int]


def recipient(to: Address) -> Fields:
    """Return where it goes; raises Rejected for what does not fit on an envelope, which nobody cuts off."""
    why_not = envelopes.why_not(to, called="Handwrytten", name=_NAME, line=_LINE)
    if why_not:
        raise Rejected(why_not)
    name, company = " ".join(to.name.split()), " ".join(to.company.split())
    fields: Fields = {
        "recipient_name": name or company,
        "recipient_business_name": company if name else "",
        "recipient_address1": to.street,
        "recipient_address2": to.street2,
        "recipient_city": to.city,
        "recipient_state": to.region,
        "recipient_zip": to.postcode,
        "recipient_country_id": _HOME,
    }
    return {field: value for field, value in fields.items() if value}


def sender(who: Sender) -> Fields:
    """Return who sends it."""
    return {
        "sender_name": who.name,
        "sender_address1": who.street,
        "sender_city": who.city,
        "sender_state": who.region,
        "sender_zip": who.postcode,
        "sender_country_id": _HOME,
    }

"""Addresses in Lob's words."""

from app.domain.addresses import Address
from app.domain.errors import Rejected
from app.domain.gifts import Sender
from integrations import envelopes

HOME = envelopes.HOME
_NAME, _LINE = 40, 64  # letters that fit


def recipient(to: Address) -> dict[str, str]:
    """Return where it goes; raises Rejected for what does not fit on an envelope, which nobody cuts off."""
    why_not = envelopes.why_not(to, called="Lob", name=_NAME, line=_LINE)
    if why_not:
        raise Rejected(why_not)
    lines = {
        "name": " ".join(to.name.split()),
        "company": " ".join(to.company.split()),
        "address_line1": to.street,
        "address_line2": to.street2,
        "address_city": to.city,
        "address_state": to.region,
        "address_zip": to.postcode,
        "address_country": to.country,
    }
    return {line: text for line, text in lines.items() if text}


def sender(who: Sender) -> dict[str, str]:
    """Return who sends it."""
    return {
        "name": who.name,
        "address_line1": who.street,
        "address_city": who.city,
        "address_state": who.region,
        "address_zip": who.postcode,
        "address_country": who.country,
    }

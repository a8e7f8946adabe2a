"""Addresses in Lob's words."""

import re

from app.domain.addresses import Address
from app.domain.errors import Rejected
from app.domain.gifts import Sender

HOME = "US"
_STATE, _ZIP = re.compile(r"(?a:[A-Za-z]{2})"), re.compile(r"(?a:\d{5}(-\d{4})?)")
_NAME, _LINE = 40, 64  # letters that fit


def recipient(to: Address) -> dict[str, str]:
    """Return where it goes; raises Rejected for what does not fit on an envelope, which nobody cuts off."""
    name, company = " ".join(to.name.split()), " ".join(to.company.split())
    checks = (
        (to.country != HOME, "Lob posts within the United States only."),
        (not (name or company), "The address has no name."),
        (not to.street.strip() or not to.city.strip(), "The address has no street or no city."),
        (not _STATE.fullmatch(to.region) or not _ZIP.fullmatch(to.postcode), "The address has no state and ZIP code."),
        (len(name) > _NAME or len(company) > _NAME, f"An envelope holds {_NAME} letters of a name."),
        (len(to.street) > _LINE or len(to.street2) > _LINE, f"An envelope holds {_LINE} letters of a street."),
    )
    why_not = next((why for failed, why in checks if failed), None)
    if why_not:
        raise Rejected(why_not)
    lines = {
        "name": name,
        "company": company,
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

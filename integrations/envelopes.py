"""What must stand on an envelope within the United States, whoever prints or writes it."""

import re

from app.domain.addresses import Address

HOME = "US"
_STATE, _ZIP = re.compile(r"(?a:[A-Za-z]{2})"), re.compile(r"(?a:\d{5}(-\d{4})?)")


def why_not(to: Address, *, called: str, name: int, line: int) -> str | None:
    """Return why nobody can send anything there, None when they can; `name` and `line` are the letters that fit.

    What does not fit is cut off by nobody.
    """
    names = (" ".join(to.name.split()), " ".join(to.company.split()))
    checks = (
        (to.country != HOME, f"{called} posts within the United States only."),
        (not any(names), "The address has no name."),
        (not to.street.strip() or not to.city.strip(), "The address has no street or no city."),
        (not _STATE.fullmatch(to.region) or not _ZIP.fullmatch(to.postcode), "The address has no state and ZIP code."),
        (max(map(len, names)) > name, f"An envelope holds {name} letters of a name."),
        (max(len(to.street), len(to.street2)) > line, f"An envelope holds {line} letters of a street."),
    )
    return next((why for failed, why in checks if failed), None)

"""Where a parcel goes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a parcel goes. Read when it is needed, never kept."""

    name: str
    company: str
    street: str
    street2: str
    city: str
    region: str
    postcode: str
    country: str
    phone: str

"""E-mail: addresses that are not kept, whose digest finds them again; and what we write to the merchant's own team."""

import hmac
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail to somebody the merchant named, never to a customer; `key` is the same whenever the mail is.

    `html` says the same once more. At `leave`, if it is one of many, whoever wants no more of them says so.
    """

    key: str
    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    at: datetime
    html: str = field(default="", repr=False)
    leave: str = field(default="", repr=False)


def digest(address: str, key: bytes) -> str:
    """Return what stands for the address in one shop; another shop's key gives something else."""
    return hmac.digest(key, address.strip().casefold().encode(), "sha256").hex()

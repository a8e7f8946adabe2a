"""E-mail: addresses that are not kept, whose digest finds them again; and what we write to the merchant's own team."""

import hmac
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail to somebody of the merchant's team, never to a customer; `key` is the same whenever the mail is."""

    key: str
    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    at: datetime


def digest(address: str, key: bytes) -> str:
    """Return what stands for the address in one shop; another shop's key gives something else."""
    return hmac.digest(key, address.strip().casefold().encode(), "sha256").hex()

"""What the house must know of a kind of gift vendor, beside its port; each folder has one such row for the registry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from app.domain.gifts import GiftKind, Mode
from app.domain.ports import GiftVendor
from integrations.companies import Call
from integrations.http import Http


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorLogin:
    """How we enter one account: as whom, with what, and what else the merchant has said of it, which is no secret."""

    user: str
    key: str = field(repr=False)
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One thing that a merchant is asked for to connect an account: "user", "key", or the name of an option."""

    name: str
    label: str
    hint: str = ""
    secret: bool = False
    needed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How a vendor calls us when something becomes of a gift. Nothing in a call is believed but which gift it names."""

    authentic: Callable[[Call, tuple[str, ...], datetime], bool]  # by one of these secrets, now; a blank one is none
    references: Callable[[bytes], tuple[str, ...]]  # of which gifts there is news; raises Malformed
    setup: str = ""  # what a person sets over there, with {url} in it; "" where `wire` does
    # Makes the webhook over there, at the address that comes last; returns the secret that its calls are proven by.
    wire: Callable[[Http, str, VendorLogin, str], str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """One kind of gift vendor."""

    called: str  # by people
    kinds: frozenset[GiftKind]
    asks: tuple[Ask, ...]
    origin: Callable[[VendorLogin], str]  # where the account is
    mode: Callable[[VendorLogin], Mode]
    open: Callable[[Http, str, VendorLogin], GiftVendor]  # the second is the account's own origin
    told: Told | None = None  # None: it never calls
    asks_where: bool = False  # it writes to whoever gets a gift, and they say where it should go
    deletes: str = ""  # what a merchant must do there when a customer is to be forgotten


def by_its_key(begins: Mapping[str, Mode]) -> Callable[[VendorLogin], Mode]:
    """Return what tells from a key's first letters whether what is ordered with it is truly sent."""

    def mode(login: VendorLogin) -> Mode:
        return next((mode for first, mode in begins.items() if login.key.startswith(first)), Mode.UNKNOWN)

    return mode


def always_at(origin: str) -> Callable[[VendorLogin], str]:
    """Return where every account of a vendor is."""
    return lambda _login: origin

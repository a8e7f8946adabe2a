"""What a gift vendor is asked for and what it answers, in words that are the same for all of them."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.domain.addresses import Address
from app.domain.money import Money
from app.domain.sendings import Status

BY_HAND = "by_hand"  # nobody that we could ask: a person of the merchant's does it
OWN_STORE = "own_store"  # the merchant's shelves, which need no account: the store has let us in
EXPIRED = "expired"  # our own word for what nobody took up in time
GRACE = timedelta(days=1)  # after the last moment at which a gift can be taken up: clocks differ, and so do days


class GiftKind(StrEnum):
    """What somebody gets."""

    FLOWERS = "flowers"
    CARD = "card"  # on paper
    EGIFT = "egift"  # by e-mail or link, worth money
    PARCEL = "parcel"


class Need(StrEnum):
    """What must be known before it can be sent."""

    ADDRESS = "address"
    EMAIL = "email"
    PHONE = "phone"
    WORDS = "words"
    DAY = "day"
    SENDER = "sender"


class Settles(StrEnum):
    """What settles an answer that was lost."""

    KEY = "key"  # the same call under its key is the same gift
    LOOK_UP = "look_up"  # the gift is found by our reference, or is certainly absent
    PERSON = "person"  # neither: a person finds out, and the money stays set aside


class Mode(StrEnum):
    """Whether what we order is truly sent."""

    LIVE = "live"
    SANDBOX = "sandbox"
    UNKNOWN = "unknown"


class Flag(StrEnum):
    """What somebody may not want, or may not have sent to them."""

    FOOD = "food"
    ALCOHOL = "alcohol"
    ALLERGENS = "allergens"
    BATTERY = "battery"
    CATS = "cats"  # harmful to them, as lilies are
    LIQUID = "liquid"


class Letters(StrEnum):
    """What can be printed or written."""

    ANY = "any"
    DRAWN = "drawn"  # by a person's pen: letters, figures and signs of any script, and no pictures
    LATIN = "latin"  # letters of the Latin script, figures and common signs


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """Room for words: in all, in a line, in lines; 0 where nothing limits it."""

    characters: int
    width: int = 0
    lines: int = 0
    letters: Letters = Letters.ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class Can:
    """What a vendor can do. Whatever it claims, its contract tests hold it to.

    `shows_within`: for so long after a call a gift that was ordered by it may not be seen there yet. `key_lasts`: for
    so long the same key is the same gift; None where for good. `countries` and `currencies`: None where any will do.
    """

    kinds: frozenset[GiftKind]
    settles: Settles
    paper: Paper
    unattended: bool = True  # False: a person must press over there
    quotes: bool = True  # False: the price is the merchant's word
    cancels: bool = False
    tells: bool = False  # it calls us when something becomes of a gift
    follows: bool = False  # it can be asked what became of one
    shows_within: timedelta = timedelta(minutes=1)
    key_lasts: timedelta | None = None
    countries: frozenset[str] | None = None
    currencies: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who gives: what stands on envelope and bill."""

    name: str
    street: str
    city: str
    region: str
    postcode: str
    country: str
    company: str = ""
    street2: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One gift as it is to be sent. `at_most` is what was set aside: at a higher price nothing is ordered.

    `again`: a try before this one may have come through, though nobody sees it. `until`: whoever must take it up first
    has so long to do it, where that can be chosen.
    """

    what: GiftKind
    sku: str
    words: str
    signed_by: str
    name: str  # of whoever gets it
    at_most: Money
    to: Address | None = None
    email: str = ""
    phone: str = ""
    customer_id: int | None = None
    day: date | None = None  # on which it should be there; None: as soon as can be
    not_on: frozenset[date] = frozenset()
    size: str = ""
    again: bool = False
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One thing that a vendor sells."""

    sku: str
    title: str
    price: Money
    photo: str = ""
    needs: frozenset[Need] = frozenset()
    flags: frozenset[Flag] = frozenset()
    countries: frozenset[str] | None = None
    stock: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A gift that the vendor has: its order's number there, and in `other` what news of it may be called by instead.

    `cost` is what the order itself says; `pending` that it is charged later, or perhaps never. `copies`: how often it
    was found where it was looked for.
    """

    reference: str
    other: str = ""
    status: Status = Status.PLACED
    cost: Money | None = None
    pending: bool = False
    cancel_until: datetime | None = None
    expires_at: datetime | None = None
    day: date | None = None
    remark: str = ""
    copies: int = 1


class Moneys(StrEnum):
    """What became of the money."""

    SAME = "same"
    CHARGED = "charged"  # now, and for what `cost` says
    BACK = "back"  # it was not charged after all, or given back


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a vendor says of a gift now. `status` is None for a word that we do not know; `word` is that word.

    `expires_at`: until when it must be taken up, where nobody has yet. `link` leads whoever has it to the gift: it is
    there as long as nobody has taken it up, and only where the vendor writes to nobody.
    """

    status: Status | None
    word: str = ""
    money: Moneys = Moneys.SAME
    cost: Money | None = None
    carrier: str = ""
    tracking: str = field(default="", repr=False)
    confirmed: bool = True  # False: by the calendar, and by nobody's word
    at: datetime | None = None
    expires_at: datetime | None = None
    link: str = field(default="", repr=False)

    def as_of(self, now: datetime) -> "Seen":
        """Return what it comes to by now: what was not taken up in time is over, whether they say so or not."""
        if self.expires_at is None or now < self.expires_at + GRACE:
            return self
        return Seen(status=Status.CANCELLED, word=EXPIRED, money=Moneys.BACK, at=self.expires_at)


class Cancelled(StrEnum):
    """What came of asking for a gift to be stopped."""

    CANCELLED = "cancelled"
    TOO_LATE = "too_late"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How an account is. `ails` are sentences for the merchant; `balance` is None where there is none to run out."""

    mode: Mode
    balance: Money | None = None
    ails: tuple[str, ...] = ()

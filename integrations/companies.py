"""What the house must know of a kind of helpdesk, beside its port; each folder has one such row for the registry."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from app.domain.card import Card
from app.domain.events import Event
from app.domain.helpdesk_setup import Voucher
from app.domain.people import Person
from app.domain.ports import Helpdesk, HelpdeskSetup, SampleTickets
from integrations.http import Http


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What came in at the address that a helpdesk was given. The names of headers are in lower case."""

    headers: Mapping[str, str]
    body: bytes


class Bucket(Protocol):
    """How many calls an account takes: asked before each, and told what the helpdesk says of it."""

    def take(self, *, urgent: bool) -> None:
        """Count a call; raise Busy, with the pause to make, when it would be one too many.

        `urgent` is for whom a person waits: it may use what is kept back from all others.
        """

    def learn(self, *, used: int, limit: int, seconds: float | None = None) -> None:
        """Learn from an answer how many calls were counted, of how many, and in which time as many more are granted."""

    def full(self) -> None:
        """Learn that a call was one too many."""


@dataclass(frozen=True, slots=True)
class Bottomless:
    """Spends freely and leaves it to the helpdesk to say when it is too much."""

    def take(self, *, urgent: bool) -> None:
        pass

    def learn(self, *, used: int, limit: int, seconds: float | None = None) -> None:
        pass

    def full(self) -> None:
        pass


BOTTOMLESS = Bottomless()


class Access(Protocol):
    """The token that opens an account for a while, where its merchant let us in with a click."""

    def token(self) -> str:
        """Return one with some life before it; raise KeyRefused when they let us in no more, Unavailable if not now."""

    def renew(self, refused: str) -> str:
        """Return another one than was refused; raises like `token`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """How we enter one account: as whom, with what, and how often."""

    user: str
    key: str
    bucket: Bucket = BOTTOMLESS
    access: Access | None = None  # in place of the key


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """What we are over there, and where merchants come back to from their yes."""

    id: str
    secret: str = field(repr=False)
    back: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What a merchant's yes brought: a token, for how long it lives from now, and what brings the next one."""

    token: str = field(repr=False)
    lives: timedelta
    refresh: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """How a merchant lets us in with a click; the account's own origin comes first."""

    page: Callable[[str, App, str], str]  # where they say yes; the last is what they bring back with it
    exchange: Callable[[Http, str, App, str], Granted]  # of a code; raises Rejected and Unavailable
    refresh: Callable[[Http, str, App, str], Granted]  # raises KeyRefused and Unavailable


class Unvouched(Exception):
    """A frame's token vouches for nobody; the text says why and never repeats what was in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """Whom a frame's token vouches for, by their number there; `once` tells the token from all others."""

    ref: str
    once: str


def as_it_came(body: bytes) -> bytes:
    """Return all of a call's body: what says little of anybody is kept whole."""
    return body


def plain_card(card: Card) -> Mapping[str, object]:
    """Return the card as any page can show it."""
    return {
        "special": card.special,
        "notice": card.notice,
        "rows": [{"name": row.name, "value": row.value} for row in card.rows],
        "as_of": card.as_of.isoformat(timespec="seconds"),
        "desk": card.desk,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """One kind of helpdesk. Within it tickets are bare numbers; their kind is put before them at the registry."""

    called: str  # by people
    origin: str  # where accounts are, with {account} in it
    account: re.Pattern[str]  # what an account may look like: it becomes part of an address that our key goes to
    open: Callable[[Http, str, Login], Helpdesk]  # the second is the account's own origin
    # Asks for something small, by which is seen whether a login opens; raises KeyRefused, Rejected and Unavailable.
    knock: Callable[[Http, str, Login], object]
    authentic: Callable[[Call, tuple[str, ...], datetime], bool]  # by one of these secrets, now; a blank one is none
    # What a call with such a body as is kept calls itself; None: nothing, and a repeat is the same to the letter.
    name: Callable[[Call], str | None]
    parse: Callable[[str, bytes], Event]  # topic and body; raises Malformed
    person_in: Callable[[str, bytes], Person]  # whom the body names in full
    setup: str  # what a person sets over there, with {url} and, where there is one, {secret} in it
    new_secret: Callable[[], str] | None = None  # makes what its calls prove themselves by; None where nothing does
    framed_by: str = ""  # whose pages may show the desk in a frame, with {account} in it; "" for nobody's
    # Whom a frame's token vouches for, now; raises Unvouched. None: its frames vouch for nobody.
    vouch: Callable[[Voucher, str, datetime], Vouched] | None = None
    frame_script: str = ""  # its own, by which alone a frame learns which ticket it stands beside
    kept: Callable[[bytes], bytes] = as_it_came  # what of the body is kept; parse and person_in make the same of it
    render: Callable[[Card], Mapping[str, object]] = plain_card  # as it shows a card that it asks for
    account_is: str = "the name of its host"  # what stands for {account}, to the merchant
    user_is: str = ""  # as whom we enter; "" where a key alone opens
    buttons: str = ""  # how agents come by buttons there, with {url}, {secret} and {desk} in it
    consent: Consent | None = None  # None where only a key lets us in
    pushes: bool = False  # whether it is told of a card that has changed, beside asking for it
    furnish: Callable[[Http, str, Login], HelpdeskSetup] | None = None  # None: a person sets it up over there
    # Opens test tickets. None: it cannot, or not without writing to the customer.
    samples: Callable[[Http, str, Login], SampleTickets] | None = None
    ticket_page: str = ""  # where agents read a ticket, behind the account's origin, with {number} in it

    @property
    def proves_its_calls(self) -> bool:
        """Whether they bear more than the address that they go to: only then may anything be told in answer."""
        return self.new_secret is not None

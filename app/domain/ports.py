"""What we ask of the outside, and no more. An adapter inherits nothing: it has the methods.

Every method may raise Unavailable. Those that write may also raise Rejected or Uncertain, and are safe to repeat only
where they say so; of those that read, `past` and `quote` may raise Rejected. `find_*` looks for a deed by the key it
was done under: a Receipt when found, None when certainly absent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from app.domain.addresses import Address
from app.domain.deliveries import Delivery, Validity
from app.domain.facts import Change, GiftOption, Order, Quote
from app.domain.gifts import Can, Cancelled, GiftKind, Health, Offer, Placed, Seen, Wish
from app.domain.helpdesk_setup import Ail, Parts, Voucher, Wiring
from app.domain.history import Batch, Export, Gathering
from app.domain.mail import Mail
from app.domain.moments import Birthday, Shipment
from app.domain.money import Money
from app.domain.refunds import GiveBack, Pieces, RefundOffer, SoldLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Proof of a deed: the other side's own id for it, what it cost if that is known, a remark for people.

    `pending` says that it was done and may yet fail, as money does that is on its way; `copies`, how often it was found
    where it was looked for; `public`, that a note came out for everybody to read; `placed`, what a gift vendor said,
    and `door` a digest of where it goes, if that is known.
    """

    reference: str
    cost: Money | None = None
    remark: str = ""
    pending: bool = False
    copies: int = 1
    public: bool = False
    placed: Placed | None = None
    door: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftParcel:
    """A free item for a customer of the store, and where it goes; amounts of nothing are in the shop's currency.

    `words` are for the card that goes along.
    """

    customer_id: int
    variant_id: int
    to: Address
    currency: str
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A ticket as its helpdesk shows it now; `email` is the customer's, None where there is none."""

    email: str | None
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What an agent wrote on a ticket, and who: their number there, which nobody else can write under."""

    author: str
    text: str
    private: bool
    written_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """One of the team that works in a helpdesk; `email` is theirs for certain, or else None."""

    ref: str
    name: str
    email: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopProfile:
    """What the store says of itself."""

    domain: str
    name: str
    currency: str
    timezone: str


class Shop(Protocol):
    """One merchant's store."""

    def profile(self) -> ShopProfile: ...
    def scopes(self) -> frozenset[str]:
        """Return what the merchant has granted the app, as the store names it."""

    def order(self, order_id: int) -> Order | None: ...
    def updated_since(self, moment: datetime) -> Iterator[Change]:
        """Yield every order that changed since, oldest change first."""

    def start_export(self, what: Export, *, without_people: bool) -> str:
        """Let the store gather its orders or customers; return the handle. A second one beside it does no harm."""

    def export(self, handle: str) -> Gathering: ...
    def past(self, what: Export, file: str, *, after: int, currency: str) -> Iterator[Batch]:
        """Yield what an export's file holds behind its line `after`, a batch in memory at a time.

        Orders in another currency do not count: what they are worth in this one, nobody has told us.
        """

    def customer_by_email(self, email: str) -> int | None: ...
    def customer_by_phone(self, phone: str) -> int | None:
        """Return the one customer of this number; None too where the store shows us no telephones."""

    def tags(self, customer_id: int) -> frozenset[str]:
        """Return the customer's tags, folded."""

    def has_tag(self, customer_id: int, *, tag: str) -> bool | None:
        """Return whether the customer bears the tag; None when they are not there (any more), merged or gone."""

    def emails(self, customer_id: int) -> tuple[str, ...]: ...
    def delivery(self, *, customer_id: int | None = None, order_id: int | None = None) -> Delivery | None:
        """Return where something goes for that customer of that order, or for whoever of the two is named alone.

        To their own door: a present that they once sent to somebody else is no sign of where they live. None when they
        are not there (any more), the order is not theirs, or went nowhere.
        """

    def birthdays(self, customer_ids: Sequence[int], *, metafield: str) -> Mapping[int, Birthday]:
        """Return the birthdays that these customers' field (namespace.key) says, without a year; a hundred at most."""

    def shipments(self, *, since: datetime, until: datetime) -> Iterator[Shipment]:
        """Yield what became of the parcels of the orders made then, both moments with it."""

    def gift_option(self, variant_id: int) -> GiftOption | None: ...
    def gift_candidates(self, words: str) -> tuple[GiftOption, ...]:
        """Return a few variants of products on sale in whose title every word begins some word; of any with ""."""

    def sold(self, order_id: int) -> tuple[SoldLine, ...]: ...
    def refund_offer(self, order_id: int, *, pieces: tuple[Pieces, ...] = (), shipping: bool = False) -> RefundOffer:
        """Return what could go back, and what these pieces and the shipping come to."""

    def credit_obstacle(self) -> str:
        """Return why nobody can be given store credit here, as a sentence; "" when they can."""

    def tag_customer(self, customer_id: int, *, tag: str, present: bool) -> Receipt:
        """Add or remove one tag; repeating it changes nothing."""

    def note_quiet(self, customer_id: int, *, until: date) -> Receipt:
        """Write down on the customer, for other tools to read, until when to leave them in peace; repeating is well."""

    def forget_quiet(self, customer_id: int, *, until: date) -> Receipt:
        """Take that day off again, unless another stands there by now; repeating it changes nothing."""

    def add_gift_line(self, order_id: int, *, variant_id: int, key: str) -> Receipt:
        """Add the variant at 100 % off, silently; nothing is committed if the customer would owe anything."""

    def find_gift_line(self, order_id: int, *, variant_id: int, key: str) -> Receipt | None: ...
    def take_back_gift_line(self, order_id: int, *, variant_id: int, key: str) -> Receipt:
        """Take off what was added under that key and put it back in stock; refused when it has left."""

    def send_gift_order(self, parcel: GiftParcel, *, key: str) -> Receipt:
        """Make an order at no charge, silently and from stock; the reference is its number."""

    def prepare_gift_draft(self, parcel: GiftParcel, *, key: str) -> str:
        """Make a draft of such an order, which no customer notices; return its number, to be kept."""

    def complete_gift_draft(self, draft: str) -> Receipt:
        """Make the draft an order, once; Busy while the store prepares it. The store may mail the customer."""

    def find_completed_draft(self, draft: str) -> Receipt | None: ...
    def discard_gift_draft(self, draft: str, *, key: str) -> None:
        """Delete what was drafted under that key and became no order; `draft` is "" where its number is not known."""

    def find_gift_order(self, customer_id: int, *, key: str) -> Receipt | None: ...
    def cancel_gift_order(self, customer_id: int, *, key: str) -> Receipt:
        """Cancel what was sent under that key, silently, and restock it; repeating it changes nothing."""

    def prepare_refund(self, order_id: int, *, back: GiveBack, key: str) -> str:
        """Return the call that gives it back, to be kept and sent to the letter. Raises Rejected when it cannot be."""

    def refund(self, order_id: int, *, call: str, key: str, again: bool = False) -> Receipt:
        """Make the prepared call; the same call under its key is the same refund, for 12 hours and no longer.

        `again` says that an earlier try may have come through: then no refusal is final.
        """

    def find_refund(self, order_id: int, *, key: str) -> Receipt | None: ...
    def watch_refund(self, order_id: int, *, reference: str) -> Receipt:
        """Return what has become of a refund that was pending; raise Rejected when its payment failed after all."""


class Helpdesk(Protocol):
    """One merchant's helpdesk."""

    def mark_customer(self, emails: tuple[str, ...], *, special: bool, reason: str, tag: str) -> Receipt:
        """Show the standing on the customer and on open tickets; repeating it changes nothing."""

    def mark_shown(self, emails: tuple[str, ...], *, tag: str, but: str = "") -> bool | None:
        """Return whether the mark of a special customer is on them and on their open tickets; one may be left out.

        None where nobody, or no open ticket, is there to show it on.
        """

    def has_open_ticket(self, emails: tuple[str, ...]) -> bool | None:
        """Return whether somebody of these addresses waits for the team; None where the helpdesk does not say."""

    def tag_ticket(self, ticket_id: str, *, tag: str, reason: str = "") -> Receipt:
        """Add one tag beside the others, and say why where a ticket has room for it; repeating it changes nothing."""

    def post_note(self, ticket_id: str, *, text: str, key: str) -> Receipt:
        """Leave a private note."""

    def find_note(self, ticket_id: str, *, key: str) -> Receipt | None: ...


@runtime_checkable
class PushableHelpdesk(Protocol):
    """A helpdesk that shows what it is told of a customer, and does not only ask when an agent looks."""

    def push_card(self, emails: tuple[str, ...], *, line: str) -> Receipt:
        """Show the line on the customer, in place of the one before; repeating it changes nothing."""


@runtime_checkable
class TalkativeHelpdesk(Helpdesk, Protocol):
    """A helpdesk that shows what is on its tickets, and vouches for who wrote it: agents may type what they want."""

    def ticket(self, ticket_id: str) -> Ticket | None: ...
    def comment(self, ticket_id: str, comment_id: str) -> Comment | None:
        """Return what an agent wrote on the ticket; None when it is not there (any more), or no agent wrote it."""


class HelpdeskSetup(Protocol):
    """One merchant's helpdesk, as far as we furnish it ourselves; every method is safe to repeat."""

    def install(self, wiring: Wiring, *, known: Parts) -> Parts:
        """Make what is missing, and put right what is there; return all that is ours. Raises Rejected.

        What was known and is not there any more is made again, but for widgets and macros: those are the team's to
        take away.
        """

    def uninstall(self, wiring: Wiring, *, known: Parts) -> Parts:
        """Take away what is ours, known or not, and nothing else; return what could not be taken away."""

    def ails(self, *, known: Parts) -> frozenset[Ail]:
        """Return what is wrong with what was made there; raise KeyRefused where we are not let in."""


class SampleTickets(Protocol):
    """Whoever opens a ticket in a helpdesk of which nobody outside hears, and finds it again by its key alone."""

    def write(self, email: str, *, key: str) -> Receipt:
        """Open a ticket from that address with a private note on it, unless one is there under the key.

        It is looked for first, so it is safe to repeat, whatever became of the try before.
        """

    def find(self, *, key: str) -> Receipt | None: ...
    def take_away(self, *, key: str) -> bool:
        """Take it away, or close it where it may not be deleted or somebody was answered; return whether it was there.

        What is somebody else's is never touched.
        """


@runtime_checkable
class VouchingHelpdesk(TalkativeHelpdesk, Protocol):
    """A helpdesk that says who of its team looks at a frame of ours: a number alone, and who that is, it says here."""

    def staff(self, ref: str) -> Staff | None:
        """Return one of the team as the helpdesk knows them now; None for anybody else."""


@runtime_checkable
class ChoosyHelpdeskSetup(HelpdeskSetup, Protocol):
    """Furnishes a helpdesk that says itself by what its calls are proven: nothing of ours is taken for that."""

    def proofs(self, wiring: Wiring, *, known: Parts) -> tuple[str, ...]:
        """Make what is to call us, if need be, so that it does not call yet; return by what its calls are proven."""

    def voucher(self, wiring: Wiring) -> Voucher | None:
        """Return by what our frame there vouches for whoever looks; None while nobody has put it there."""


class Postman(Protocol):
    """Whoever carries mails to the merchant's people."""

    def carry(self, mail: Mail) -> None:
        """Hand a mail over. Raises Unavailable where it was not taken now, Rejected where it never will be."""


class Listener(Protocol):
    """A tool of the merchant's that asks to be told whom to leave in peace."""

    def tell(self, customer_id: int, *, until: datetime | None, key: str, since: datetime, now: datetime) -> Receipt:
        """Tell it until when, or with None that it is over; the same key again is the same news, of that moment."""


class Reorders(Protocol):
    """An app that sends customers the same goods again and again."""

    def pause(self, customer_id: int, *, until: datetime, key: str) -> Receipt:
        """Let nothing go out to the customer until then; repeating it changes nothing."""

    def resume(self, customer_id: int, *, key: str) -> Receipt:
        """Let things go out again, as far as they were paused by us; repeating it changes nothing."""


class GiftVendor(Protocol):
    """Somebody who delivers gifts; `can` says which, and what settles an answer of theirs that was lost.

    A vendor that cannot do a thing at all refuses it: Rejected, with a sentence.
    """

    @property
    def can(self) -> Can: ...
    def catalogue(self, what: GiftKind, *, country: str, at_most: Money) -> tuple[Offer, ...]:
        """Return what of that kind they would bring there for so much, all in."""

    def quote(self, wish: Wish) -> Quote:
        """Return what it would cost all in, never less than it will be. Raises Rejected."""

    def place(self, wish: Wish, *, key: str) -> Placed:
        """Order it, at most once under its key as far as `can.settles` goes.

        Asks for price and day once more, and raises Dearer where more than `at_most` is asked by now.
        """

    def find(self, *, key: str, customer_id: int | None) -> Placed | None:
        """Look for the gift by its key. None: certainly absent, or not seen yet within `can.shows_within`.

        Raises Unavailable where it cannot be seen.
        """

    def status(self, reference: str, *, other: str = "") -> Seen:
        """Return what has become of a gift, by what `Placed` says of it."""

    def cancel(self, reference: str) -> Cancelled:
        """Have it stopped; safe to repeat."""

    def check(self) -> Health:
        """Return how the account is; raise KeyRefused where we are not let in."""


@runtime_checkable
class AddressCheck(Protocol):
    """Whoever can say whether the post finds an address; none of them corrects it."""

    def validity(self, to: Address) -> Validity:
        """Return how well the address is known; UNKNOWN where nobody looks. Raises Unavailable."""

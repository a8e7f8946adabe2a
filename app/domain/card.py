"""The card beside a ticket: who wrote, what was done for them, and what is left to be kind with. Eight rows at most.

It bears nobody's name and no address, so that a copy of it that a helpdesk keeps says little of anybody.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.deed_words import what
from app.domain.effects import Effect, State, WriteCard
from app.domain.facts import Standing, Yardstick
from app.domain.money import Money
from app.domain.rules import hard_time

MOST_ROWS = 8
LEAD_FIRST = "Check with a lead first."
GENTLE = "It is a hard time for them: be gentle."
NO_ORDERS = "This customer has not ordered anything yet."
_PENDING_SHOWN = 2
_ON_ONE_LINE = frozenset({"Team pool", "Last kindness", "Pending"})
_STATES = {
    State.AWAITING: "waits for a yes",
    State.PLANNED: "planned",
    State.SENDING: "under way",
    State.UNCERTAIN: "in doubt",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something that was done for a customer, or is to be; `at` is when."""

    effect: Effect
    state: State
    at: datetime
    by_hand: bool = False  # a person is to do it
    so_far: str = ""  # what became of it at its vendor, if one has it


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """What the team may still give away this month."""

    left: Money
    limit: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class NotNow:
    """Until when an agent wants nothing suggested for a customer, and who said so."""

    until: datetime
    said_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """All that the card tells of a customer; `now` is by the shop's own clock, and so is every moment on the card."""

    standing: Standing
    yardstick: Yardstick | None
    last: Deed | None
    pending: tuple[Deed, ...]
    lead_first: bool
    kept_refunds: int = 0  # within a year; for leads alone, and not on the card
    now: datetime
    not_now: NotNow | None = None

    @property
    def active(self) -> bool | None:
        """Whether the customer counts as active; None while the shop was never measured."""
        if self.yardstick is None:
            return None
        last = self.standing.last_order_at
        return last is not None and self.now - last <= timedelta(days=self.yardstick.active_days)

    @property
    def times(self) -> str:
        """How far above the store's average they are, rounded down; "" while there is no average."""
        if self.yardstick is None or self.yardstick.average.minor <= 0:
            return ""
        tenths = self.standing.net.minor * 10 // self.yardstick.average.minor
        return f"{tenths // 10:,}.{tenths % 10}× the store's average"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line, ready to be shown."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What is shown, as it was at `as_of`. The notice comes before all rows; `desk` is where there is more to do."""

    rows: tuple[Row, ...]
    as_of: datetime
    special: bool = False
    notice: str = ""
    desk: str = ""

    def __post_init__(self) -> None:
        """Refuse to grow: what is longer is not read while a customer waits."""
        if len(self.rows) > MOST_ROWS:
            raise ValueError("too long for a card")


def of_nobody(why: str, purse: Purse, now: datetime) -> Card:
    """Return the card of a ticket that is no customer's, or of one who has not ordered yet."""
    return Card(rows=(_pool(purse),), as_of=now, notice=why)


def of(facts: CardFacts, purse: Purse) -> Card:
    """Return the card of a customer."""
    standing = facts.standing
    rows = (
        Row(name="Status", value=_status(facts)),
        Row(name="Net spend", value=", ".join(filter(None, (str(standing.net), facts.times)))),
        Row(name="Orders", value=_orders(facts)),
        Row(name="Since", value=_since(facts)),
        Row(name="Last kindness", value=_last(facts)),
        Row(name="Pending", value=_pending(facts)),
        Row(name="Likes / never", value=str(standing.tastes)),
        _pool(purse),
    )
    return Card(rows=rows, as_of=facts.now, special=standing.special and standing.marked, notice=_notice(facts))


def line(card: Card) -> str:
    """Return the card in one line, where there is room for no more: as of when, and what an agent's act changes."""
    told = (f"{row.name}: {row.value}" for row in card.rows if row.name in _ON_ONE_LINE)
    as_of = f"As of {card.as_of:%H:%M}, {card.as_of.day} {card.as_of:%b %Y}."
    return " ".join(filter(None, (as_of, card.notice, ". ".join(told))))


def _notice(facts: CardFacts) -> str:
    later = "" if facts.not_now is None else f"Not now: nothing is suggested before {_day(facts.not_now.until, facts)}."
    hard = GENTLE if hard_time.refused(facts.standing, facts.now) is not None else ""
    return " ".join(filter(None, (hard, LEAD_FIRST if facts.lead_first else "", later)))


def _status(facts: CardFacts) -> str:
    standing, yardstick = facts.standing, facts.yardstick
    if standing.let_alone:
        return "Nothing automatic for them; you still may"
    if standing.special and not standing.marked:
        return "Special; the mark is not out yet"
    if standing.special:
        since = f" since {_day(standing.changed_at, facts)}" if standing.changed_at else ""
        return f"Special{since}, {'active' if facts.active else 'not active now'}"
    if yardstick is None:
        return "Not measured yet"
    if standing.net < yardstick.threshold:
        return f"No mark: below {yardstick.threshold}"
    return "No mark" if facts.active else f"No mark: no order in {yardstick.active_days} days"


def _orders(facts: CardFacts) -> str:
    last = facts.standing.last_order_at
    return f"{facts.standing.orders:,}{f', the last on {_day(last, facts)}' if last else ''}"


def _since(facts: CardFacts) -> str:
    if facts.standing.first_order_at is None:
        return "no counted order"
    begins = facts.yardstick is not None and facts.yardstick.since is not None
    return f"{_day(facts.standing.first_order_at, facts)}{', as far as our records go' if begins else ''}"


def _last(facts: CardFacts) -> str:
    last = facts.last
    if last is None:
        return "none yet"
    return ", ".join(filter(None, (what(last.effect), _day(last.at, facts), last.so_far)))


def _pending(facts: CardFacts) -> str:
    told = [f"{what(deed.effect)} ({_when(deed, facts)})" for deed in facts.pending[:_PENDING_SHOWN]]
    more = len(facts.pending) - len(told)
    return "; ".join(told) + (f" and {more} more" if more > 0 else "") or "nothing"


def _when(deed: Deed, facts: CardFacts) -> str:
    day = f", {_day(deed.at, facts)}" if deed.state is State.PLANNED else ""
    if deed.by_hand:
        return "to be written" if isinstance(deed.effect, WriteCard) else "to be ordered by a person"
    return f"{_STATES.get(deed.state, deed.state.value)}{day}"


def _pool(purse: Purse) -> Row:
    return Row(name="Team pool", value=f"{purse.left} of {purse.limit} left this month")


def _day(moment: datetime, facts: CardFacts) -> str:
    there = moment.astimezone(facts.now.tzinfo)
    return f"{there.day} {there:%b %Y}"

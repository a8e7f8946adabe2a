"""A decision: the effects, or none, and always the why or the why not."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.effects import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class HardTime:
    """Somebody is to be left in peace, until then. Why, is nobody's to write down."""

    customer_id: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Somebody's place in a rule's trial: among those that it acts for, or among those held out."""

    edition: int
    customer_id: int
    held_out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One rule's answer to one event. `because` is a sentence for the merchant, `code` is for counting and tests."""

    rule: str
    subject: str  # "order:1001", "customer:55", "ticket:42"
    code: str
    because: str
    plans: tuple[Plan, ...] = ()
    withdraw: tuple[str, ...] = ()  # keys of effects that are no longer wanted
    special: bool | None = None  # the customer's new standing, when it changed
    hard_time: HardTime | None = None  # what an agent says of the customer
    place: Place | None = None  # in the rule's trial, if it has one

    @property
    def changes_anything(self) -> bool:
        """Whether more follows from it than the knowledge of why."""
        return bool(self.plans or self.withdraw or self.hard_time) or self.special is not None

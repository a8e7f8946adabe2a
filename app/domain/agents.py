"""Who works at a merchant's helpdesk: known by an address, and by the numbers that helpdesks know them by."""

from dataclasses import dataclass
from enum import StrEnum


def first_name(name: str) -> str:
    """Return the first word of a full name; nothing for a blank one."""
    return next(iter(name.split()), "")


class Role(StrEnum):
    """What somebody may do. The merchant alone makes a lead."""

    AGENT = "agent"
    LEAD = "lead"  # says yes where an agent asks first; never to what they asked for themselves


class Reason(StrEnum):
    """Why somebody was kind, if they care to say: one tap, never asked for, and never told to the customer."""

    OUR_MISTAKE = "our_mistake"
    HARD_TIME = "hard_time"  # stays among the team: no file that leaves the house says it
    MILESTONE = "milestone"
    THANK_YOU = "thank_you"
    JUST_BECAUSE = "just_because"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody of the team, as far as rules know them. Limits are minor units of the shop's currency."""

    id: int
    active: bool
    role: Role = Role.AGENT
    limit_minor: int | None = None  # of one act, instead of what the settings say
    month_minor: int | None = None  # of all they give in a month; None: what the pool holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """One person of the merchant's team. Whoever is not active any more can do nothing, however they ask."""

    id: int
    name: str
    email: str
    role: Role
    active: bool
    limit_minor: int | None = None  # as a Member's
    month_minor: int | None = None

"""Who works at a merchant's helpdesk: known by an address, and by the numbers that helpdesks know them by."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody may do. The merchant alone makes a lead."""

    AGENT = "agent"
    LEAD = "lead"  # says yes where an agent asks first; never to what they asked for themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """One person of the merchant's team. Whoever is not active any more can do nothing, however they ask."""

    id: int
    name: str
    email: str
    role: Role
    active: bool

"""What is made in a merchant's helpdesk when it is connected, and what can be wrong with it afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Stage(StrEnum):
    """How far a connection has come."""

    SETTING_UP = "setting_up"  # the key is here, and what belongs there is still to be made
    LIVE = "live"
    LEAVING = "leaving"  # nothing goes in or out any more, and what we made is still to be taken away
    LEFT = "left"  # all is taken away but what could not be


class Ail(StrEnum):
    """What can be wrong with a connection that was set up."""

    KEY_DEAD = "key_dead"  # they do not take our key
    HOOK_OFF = "hook_off"  # they have stopped calling us
    HOOK_GONE = "hook_gone"  # somebody has taken away what calls us
    FIELD_GONE = "field_gone"  # where a customer's standing is shown
    NOTES_PUBLIC = "notes_public"  # a private note of ours came out public


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """Where one connection's helpdesk finds us, how it proves itself there, and what it shows."""

    shop: str  # by its domain: two stores of one merchant may share a helpdesk
    hook_url: str = field(repr=False)
    card_url: str = field(repr=False)
    secret: str = field(repr=False)  # unless the helpdesk chooses one itself
    tag: str
    desk_url: str = ""  # of the agents' desk; "" where it has none


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """By what a helpdesk's frame vouches for whoever looks: for whom its word is meant, and half of what signs it."""

    audience: str
    key: str


# What was made there, by our name for it and its number there:
# "hook:…", "trigger:…", "card", "widget:…", "macro:…", "field", "tag"; and "ticket", a test ticket that stayed behind.
Parts = Mapping[str, str]

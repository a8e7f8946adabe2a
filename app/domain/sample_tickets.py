"""A test ticket that we write into a helpdesk at its merchant's wish: they see how it looks, and that it calls."""

from enum import StrEnum


class SampleStage(StrEnum):
    """How far a test ticket has come."""

    ASKED = "asked"  # it is to be written, and may be there already if an answer was lost
    WRITTEN = "written"
    REFUSED = "refused"  # it was not written, or they never said whether it was
    GOING = "going"  # it is to be taken away
    STUCK = "stuck"  # it could not be taken away


SUBJECT = "A test ticket from Lagniappe"
WORDS = (
    "This is a test ticket. Lagniappe wrote it because somebody of your team asked for it; only your team reads these "
    "words, and nothing was sent to the customer. What Lagniappe knows of them stands beside it. It goes away again "
    "with “Take it away” on Lagniappe's page “Helpdesks”."
)

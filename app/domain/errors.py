"""The ways the world can fail us, named by what to do next.

    Malformed      somebody told us something that makes no sense: keep it, set it aside
    Rejected       refused for good: record why, give the money back
      Dearer       it costs more by now: nothing was ordered, and a person may say yes to the new price
    Unavailable    certainly did not happen: try again later
      Busy         they are well and ask us to come back: no try is used up
        Closed     nobody of this shop gets in until a person acts: the whole shop rests
        Stopped    the switch is thrown: nothing of ours goes out until somebody releases it
      KeyRefused   our key is not taken: a person must bring another
      OurMistake   they do not take what we ask: only a few tries, for a new version of ours may mend it
    Uncertain      may have happened: look before trying again

There is no fourth failure of a deed. Whatever is none of these is a bug, and flies.
"""

from app.domain.money import Money

KEY_IS_DEAD = 4 * 3600  # seconds
KEY_MAY_LIVE = 600  # seconds; after its first no, which may have been a passing one


class Malformed(ValueError):
    """A message that is authentic but cannot be understood; the text says which part."""


class Rejected(Exception):
    """The other side refused for good; the text is fit to be shown to an agent."""


class Dearer(Rejected):
    """It costs `total` by now, more than was set aside: certainly nothing was ordered."""

    def __init__(self, reason: str, *, total: Money) -> None:
        super().__init__(reason)
        self.total = total


class Empty(Rejected):
    """The merchant's own money at a vendor does not hold it: nothing was ordered, nor will be by itself."""


class Unavailable(Exception):
    """It certainly did not happen; `retry_after` is in seconds when the other side named a pause."""

    def __init__(self, reason: str, *, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Busy(Unavailable):
    """They are well and ask us to come back: it certainly did not happen, and no try is used up."""


class Closed(Busy):
    """The shop's doors are shut, and only a person can open them; `retry_after` says when to try the handle again."""


class Stopped(Busy):
    """Somebody has thrown the switch, so the call was not made; nobody out there knows of it."""


class KeyRefused(Unavailable):
    """Our key does not open their door (any more): it certainly did not happen, and a person must bring another key.

    Until then no call can succeed, so the next one has time.
    """

    def __init__(self, reason: str, *, retry_after: float = KEY_IS_DEAD) -> None:
        super().__init__(reason, retry_after=retry_after)

    @property
    def lasts(self) -> bool:
        """Whether it was refused before, some time ago, so that nobody need wait for it."""
        return (self.retry_after or 0) >= KEY_IS_DEAD


class OurMistake(Unavailable):
    """Our own request was wrong: it certainly did not happen, and asking again helps only once we are mended."""


class Uncertain(Exception):
    """It may have happened: the answer was lost on the way.

    `refusal` is a no that they gave to a repeat: it holds once it is clear that no earlier try came through.
    """

    def __init__(self, reason: str, *, refusal: str | None = None) -> None:
        super().__init__(reason)
        self.refusal = refusal

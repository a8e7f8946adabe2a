"""How gift vendors say no, in what they have in common. `ours` is the field in which a no of their own stands."""

from typing import Any

from app.domain.errors import KeyRefused, Unavailable
from integrations.http import Answer

_LONGEST = 200


def let_in(answer: Answer, source: str, *, ours: str) -> Answer:
    """Return the answer of whoever lets us in. Raises KeyRefused, and Unavailable where somebody stands before them."""
    if answer.status == 401:
        raise KeyRefused(f"{source} refuses our key")
    if answer.status == 403 and ours in answer.explained():
        raise KeyRefused(f"{source} does not let our key do this")
    if answer.status == 403:
        raise Unavailable(f"something in front of {source} turned us away")
    return answer


def yes(answer: Answer, *, ours: str) -> dict[str, Any]:
    """Return what a yes says; a yes that holds a no is a lost answer."""
    said = answer.json_object()
    if ours in said:
        raise answer.request.failure("said yes and no at once")
    return said


def quoted(said: str) -> str:
    """Return their words behind our own; never somebody's address, which they may quote."""
    return "" if not said or "@" in said else f": {said.strip().rstrip('.')[:_LONGEST]}"

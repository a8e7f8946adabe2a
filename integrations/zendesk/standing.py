"""Where a customer's standing is shown: in a field of the user, which agents see beside every ticket of theirs.

Not as a tag of the user, though there are such: an account must have allowed them first, and whatever stands among them
is copied onto each ticket that the user opens from then on, where it stays when the user has lost it.
"""

from integrations.zendesk.client import Json

KEY = "lagniappe_standing"  # no account can have two of it, and none but us makes it
FIELD: Json = {
    "key": KEY,
    "type": "text",
    "title": "Lagniappe",
    "description": "Whether this customer is special to the store, and why. Kept up to date by Lagniappe.",
    "active": True,
}
_SPECIAL = "Special"  # how a standing begins that is one
_LONGEST = 255


def words(reason: str, *, special: bool) -> str:
    """Return what is written into the field."""
    return f"{_SPECIAL if special else 'No longer special'}: {reason}"[:_LONGEST].rstrip()


def is_shown(user: Json) -> bool:
    """Return whether agents read of a user that they are special."""
    return str((user.get("user_fields") or {}).get(KEY) or "").startswith(_SPECIAL)


def is_our_field(row: Json) -> bool:
    """Return whether a field of users is the one that we keep."""
    return row.get("key") == KEY

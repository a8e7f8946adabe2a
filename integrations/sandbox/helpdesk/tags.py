"""Tags: made once for the account, then put on tickets. Case matters, and an unknown name is refused."""

import re
from datetime import datetime
from typing import Any

from integrations.sandbox.books import Turn
from integrations.sandbox.helpdesk.reading import Body, body_of, listing, number, text
from integrations.sandbox.helpdesk.refusals import Refused, invalid, missing

KIND = "desk_tag"
_KNOWN = frozenset({"name", "description", "decoration"})
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_EXISTING = ("shipping", "returns", "vip-manual")  # what the merchant's team had before we came


def settle_in(turn: Turn, now: datetime) -> None:
    """Write down the tags that the team already uses, unless there are any."""
    if not turn.count(KIND):
        for name in _EXISTING:
            create(turn, {"name": name}, now)


def tags(turn: Turn, search: str = "") -> list[dict[str, Any]]:
    """Return the account's tags whose name holds the text, in whatever case."""
    return [_shown(tag) for tag in turn.all(KIND) if search.casefold() in tag["name"].casefold()]


def tag(turn: Turn, key: int) -> dict[str, Any]:
    """Return one tag; raises Refused."""
    found = turn.get(KIND, key)
    if found is None:
        raise missing("Tag", key)
    return _shown(found)


def create(turn: Turn, value: object, now: datetime) -> dict[str, Any]:
    """Write a new tag; raises Refused, with 409 for a name that exists."""
    body = body_of(value, known=_KNOWN, required=("name",))
    written = {
        "name": _free(turn, body, None),
        "description": text(body, "description", longest=1_024),
        "decoration": _decoration(body),
        "created_datetime": now.isoformat(),
    }
    return tag(turn, turn.append(KIND, written))


def change(turn: Turn, key: int, value: object) -> dict[str, Any]:
    """Change what the body names; raises Refused, with 409 for a name that exists."""
    row, body = tag(turn, key), body_of(value, known=_KNOWN)
    if "name" in body:
        row |= {"name": _free(turn, body, key)}
    if "description" in body:
        row |= {"description": text(body, "description", longest=1_024)}
    if "decoration" in body:
        row |= {"decoration": _decoration(body)}
    turn.put(KIND, key, {name: value for name, value in row.items() if name != "uri"})
    return tag(turn, key)


def remove(turn: Turn, key: int) -> None:
    """Take a tag out of the account; raises Refused."""
    tag(turn, key)
    turn.delete(KIND, key)


def named(turn: Turn, value: object, *, needed: bool = True) -> list[int]:
    """Return the ids of the tags that a body names by name, by id or both.

    Raises Refused for a body without any, unless none are needed, and for tags that nobody has made yet.
    """
    body = body_of(value, known={"names", "ids"})
    ids = [_known(turn, number(key, "ids")) for key in listing(body, "ids")]
    ids += [by_name(turn, name) for name in listing(body, "names")]
    if needed and not ids:
        raise Refused(400, "Failed validation.", {"names": ["Either ids or names is required."]})
    return list(dict.fromkeys(ids))


def by_name(turn: Turn, name: object) -> int:
    """Return the id of the tag called so, to the letter; raises Refused."""
    found = turn.find(KIND, "name", name) if isinstance(name, str) else []
    if not found:
        raise invalid("names", f"Tag {name!r} does not exist.")
    return int(found[0]["id"])


def shown(turn: Turn, ids: list[int]) -> list[dict[str, Any]]:
    """Return the tags in the order in which they were put on."""
    return [tag(turn, key) for key in ids]


def _free(turn: Turn, body: Body, key: int | None) -> str:
    name = text(body, "name", shortest=1, longest=256)
    if any(other["id"] != key for other in turn.find(KIND, "name", name)):
        raise Refused(409, "A tag with this name already exists.", {"name": ["Already taken."]})
    return str(name)


def _known(turn: Turn, key: int) -> int:
    if turn.get(KIND, key) is None:
        raise invalid("ids", f"Tag {key} does not exist.")
    return key


def _decoration(body: Body) -> dict[str, Any] | None:
    decoration = body.get("decoration")
    if decoration is None:
        return None
    if not isinstance(decoration, dict) or not _COLOUR.fullmatch(str(decoration.get("color"))):
        raise invalid("decoration", "Color must be written #rrggbb.")
    return decoration


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"uri": f"/api/tags/{row['id']}"}

"""One call to the helpdesk's API, freed of HTTP, and what is answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from integrations.sandbox.books import Turn
from integrations.sandbox.helpdesk.paging import page_of
from integrations.sandbox.post_office import PostOffice


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    turn: Turn
    post: PostOffice
    now: datetime
    arguments: Mapping[str, str]
    body: object  # whatever JSON came, or None
    uri: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int = 200
    body: object = None  # None is an empty body, not the word null


def page(call: Call, rows: list[dict[str, Any]], order: str = "created_datetime:desc") -> Answer:
    """Return one page of the rows as the caller's arguments ask for it; raises Refused."""
    return Answer(body=page_of(rows, call.arguments, uri=call.uri, order=order))

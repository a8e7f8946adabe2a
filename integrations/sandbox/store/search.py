"""The store's search: as much of its syntax as the app's documents use, and a plain refusal of the rest."""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from graphql import GraphQLError

from integrations.sandbox.store.wire import iso, moment

_TERM = re.compile(r"\s*(\w+):(>=|<=|>|<)?(?:'([^']*)'|\"([^\"]*)\"|([^\s'\"():]+))(?=\s|$)")
_COMPARE: dict[str, Callable[[str, str], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "": operator.eq,
}
TIMES = ("updated_at", "created_at", "processed_at")
SEARCH_LAG = timedelta(seconds=10)  # by the town's clock: how long what was written stays unfound


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One condition of a search."""

    field: str
    compare: Callable[[str, str], bool]
    value: str

    def holds(self, value: object) -> bool:
        """Return whether a document's value fulfils the condition."""
        return isinstance(value, str) and self.compare(value, self.value)


def terms(query: str | None, fields: tuple[str, ...]) -> list[Term]:
    """Read a search of the given fields, all of its terms to be fulfilled.

    Raises GraphQLError for anything else, where the real store would ignore the term and find everything.
    """
    found, at = [], 0
    text = (query or "").strip()
    while at < len(text):
        match = _TERM.match(text, at)
        if match is None or match[1] not in fields:
            raise _unknown(text)
        found.append(_term(text, match))
        at = match.end()
    return found


def _term(text: str, match: re.Match[str]) -> Term:
    value = next(part for part in match.groups()[2:] if part is not None)
    if match[1] not in TIMES:
        return Term(field=match[1], compare=_COMPARE[match[2] or ""], value=value.casefold())
    try:
        return Term(field=match[1], compare=_COMPARE[match[2] or ""], value=iso(moment(value)))
    except ValueError:
        raise _unknown(text) from None


def _unknown(text: str) -> GraphQLError:
    return GraphQLError(f"The town's store cannot search for {text}", extensions={"code": "BAD_REQUEST"})

"""What stands between {{ and }} in a form, filled in as text; a path that leads nowhere is nothing at all."""

import re
from collections.abc import Mapping

_PLACE = re.compile(r"\{\{\s*([\w.-]+)\s*\}\}")


def filled(form: Mapping[str, str], context: Mapping[str, object]) -> dict[str, str]:
    """Return the form with every place filled in."""
    return {name: _PLACE.sub(lambda place: _found(context, place[1]), words) for name, words in form.items()}


def _found(context: object, path: str) -> str:
    for step in path.split("."):
        context = context.get(step) if isinstance(context, Mapping) else None
    return "" if context is None or isinstance(context, Mapping | list) else str(context)

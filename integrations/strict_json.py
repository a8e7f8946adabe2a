"""JSON from strangers, read to the letter: what two readers could understand differently is refused."""

import json
import math
import re
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, TypeAdapter, ValidationError

from app.domain.errors import Malformed

M = TypeVar("M", bound=BaseModel)

# An escaped NUL behind an even number of backslashes. PostgreSQL refuses it in any text, SQLite cuts there.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_EARLIEST = 2000  # no shop, ticket or order is older


def understand(model: type[M], body: bytes) -> M:
    """Return the body as the model, types taken strictly, unknown names ignored.

    Raises Malformed for anything else, and for what lenient readers disagree on: repeated names, NaN, NUL, other
    encodings than UTF-8. The text names the place and never the value.
    """
    try:
        read = model.model_validate_json(body, strict=True)
    except ValidationError as fault:
        raise Malformed(_first(fault)) from fault
    _refuse_oddities(body)
    return read


def moment(text: str) -> datetime | None:
    """Return the moment that a text names, as strictly as in a body; None for any other text."""
    try:
        return _MOMENT.validate_json(json.dumps(text), strict=True)
    except ValidationError:
        return None


def _first(fault: ValidationError) -> str:
    error = fault.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in error["loc"]) or "the body"
    return f"{place[:80]}: {error['msg'][:120]}"


def _refuse_oddities(body: bytes) -> None:
    # Looked for plainly first: the expression alone takes five times as long as all the rest of the reading.
    if rb"\u0000" in body and _NUL.search(body):
        raise Malformed("the body: a NUL inside a text")
    # The first reader has bounded depth and digits already, so this one cannot be led astray by them.
    json.loads(body, object_pairs_hook=_each_once, parse_constant=_no_constant, parse_float=_finite)


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    names = dict(pairs)
    if len(names) < len(pairs):
        raise Malformed("the body: a name stands twice in one object")
    return names


def _no_constant(name: str) -> None:
    raise Malformed(f"the body: {name} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Malformed("the body: a number out of range")
    return number


def _moment(moment: datetime) -> datetime:
    if moment.year < _EARLIEST:
        raise ValueError("before our time")
    try:
        return moment.astimezone(UTC)
    except OverflowError as fault:
        raise ValueError("after the end of time") from fault


Id = Annotated[int, Field(gt=0, lt=2**63)]
Moment = Annotated[AwareDatetime, AfterValidator(_moment)]

_MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)

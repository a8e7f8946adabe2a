"""How this helpdesk says no, and how it reads what it is asked."""

from collections.abc import Collection, Mapping
from typing import Any

Body = dict[str, Any]


class Refused(Exception):
    """It will not do this; carries the status, its name for the reason, and what is wrong with which field."""

    def __init__(
        self,
        status: int,
        error: str,
        details: Mapping[str, str] | None = None,
        *,
        code: str = "",
        retry_after: int | None = None,
    ) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.details = details or {}
        self.code = code  # of what is wrong with the fields
        self.retry_after = retry_after

    def as_json(self) -> Body:
        """Return the body of the answer."""
        if not self.details:
            return {"error": self.error, "description": self.error}
        code = {"error": self.code} if self.code else {}
        details = {field: [{"description": f"{field}: {why}", **code}] for field, why in self.details.items()}
        return {"error": self.error, "description": "Record validation errors", "details": details}


def missing() -> Refused:
    """Return the refusal of something that is not here, or no longer."""
    return Refused(404, "RecordNotFound")


def invalid(field: str, why: str) -> Refused:
    """Return the refusal of one field in a request that is otherwise understood."""
    return Refused(422, "RecordInvalid", {field: why})


def wrapped(value: object, name: str, *, known: Collection[str], required: Collection[str] = ()) -> Body:
    """Return what stands in the wrapper of that name; raises Refused. Unknown names are refused, so that we notice."""
    body = value.get(name) if isinstance(value, dict) else None
    if not isinstance(body, dict):
        raise Refused(400, f"{name} is missing")
    for each in body:
        if each not in known:
            raise invalid(str(each), "is not known")
    for each in required:
        if body.get(each) in (None, ""):
            raise invalid(each, "cannot be blank")
    return body


def text(body: Mapping[str, Any], name: str, *, longest: int = 65_535) -> str | None:
    """Return the text under a name, None when left out or null; raises Refused for anything else."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > longest:
        raise invalid(name, "is not a text, or too long")
    return value


def flag(body: Mapping[str, Any], name: str, *, default: bool) -> bool:
    """Return the boolean under a name; raises Refused for anything merely truthy."""
    value = body.get(name, default)
    if not isinstance(value, bool):
        raise invalid(name, "is neither true nor false")
    return value


def one_of(body: Mapping[str, Any], name: str, choices: Collection[str]) -> str:
    """Return the word under a name; raises Refused when it is none of the choices."""
    value = body.get(name)
    if not isinstance(value, str) or value not in choices:
        raise invalid(name, "is not one of the choices")
    return value

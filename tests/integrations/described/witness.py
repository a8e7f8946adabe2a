"""An Http that holds every call of ours to what its vendor says it takes."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import fastjsonschema

from integrations.http import Answer, Http, Limits, Request

_HERE = Path(__file__).parent
_PLACE = re.compile(r"\\\{\w+\\\}")  # {id}, as re.escape writes it


class Undescribed(AssertionError):
    """A call that its vendor does not describe like that."""


class Description:
    """What a vendor takes, call by call; the base is what stands before each path."""

    def __init__(self, vendor: str, *, base: str) -> None:
        self._base = base
        described = json.loads((_HERE / f"{vendor}.json").read_text())
        self._calls = [(_pattern(call), fastjsonschema.compile(schema)) for call, schema in described.items()]

    def check(self, method: str, url: str, body: object) -> None:
        """Raise Undescribed for a call that brings a body which is not as described, or which nobody asked for."""
        if body is None:
            return
        called = f"{method} {urlsplit(url).path.partition(self._base)[2]}"
        check = self._of(called)
        try:
            check(json.loads(json.dumps(body)))
        except fastjsonschema.JsonSchemaValueException as odd:
            raise Undescribed(f"{called}: {odd.name} breaks the rule {odd.rule}") from None

    def _of(self, called: str) -> Callable[[object], object]:
        found = next((check for pattern, check in self._calls if pattern.fullmatch(called)), None)
        if found is None:
            raise Undescribed(f"{called} takes no body")
        return found


class Witness(Http):
    """Calls as any other Http, once it has seen that the call is as described; `seen` names those with a body."""

    def __init__(self, description: Description, limits: Limits | None = None, *, trusted: frozenset[str]) -> None:
        super().__init__(limits, trusted=trusted)
        self._description = description
        self.seen: list[str] = []

    def call(self, request: Request) -> Answer:
        self._description.check(request.method, request.url, request.body)
        if request.body is not None:
            self.seen.append(f"{request.method} {urlsplit(request.url).path}")
        return super().call(request)


def _pattern(call: str) -> re.Pattern[str]:
    return re.compile(_PLACE.sub("[^/]+", re.escape(call)))

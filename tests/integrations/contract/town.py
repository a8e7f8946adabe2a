"""The town's own doors, as a test uses them: things happen there, and what came of our deeds is seen."""

from dataclasses import dataclass
from typing import Any

import requests

from integrations.http import Answer, Http, Limits, Request
from integrations.sandbox.town import Town
from tests.integrations.raw_server import HERE

PATIENT = Limits(connect=20.0, read=20.0, total=30.0)  # where nothing that is tried is a matter of time
_HARDLY = Limits(connect=20.0, read=0.3, total=20.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TownDoor:
    """Where the town is; `inside` opens its books to arrange what no visitor can; `customer` is somebody who buys."""

    url: str
    inside: Town
    customer: int

    def get(self, path: str) -> dict[str, Any]:
        return _read(requests.get(f"{self.url}/town/{path}", timeout=30))

    def post(self, path: str, **body: object) -> dict[str, Any]:
        return _read(requests.post(f"{self.url}/town/{path}", json=body, timeout=30))


class Hurried(Http):
    """Waits for what it asks, and hardly for what it does."""

    def call(self, request: Request) -> Answer:
        return Http.call(self.within(_HARDLY) if request.writes else self, request)


def patient() -> Http:
    """Return an Http that waits for a town on a machine with other things to do."""
    return Http(PATIENT, trusted=HERE)


def _read(answer: requests.Response) -> dict[str, Any]:
    assert answer.ok, answer.text
    found: dict[str, Any] = answer.json()
    return found

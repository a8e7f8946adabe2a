"""What we ask of vendors, asked once more of a mock server that knows nothing but their own descriptions.

Skipped unless VENDOR_DESCRIPTIONS names the folder in which they lie, and npx is there to fetch the server:

    VENDOR_DESCRIPTIONS=FOLDER python3 -m app test tests/integrations/contract/test_mock_server.py
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import pytest
import requests

from app.domain.addresses import Address
from app.domain.errors import Rejected, Unavailable, Uncertain
from app.domain.gifts import GiftKind, Wish
from app.domain.money import Money
from app.domain.ports import AddressCheck, GiftVendor
from integrations.http import Answer, Http, Request
from tests.integrations.contract.gift_vendor_contract import address, fresh_key
from tests.integrations.contract.test_goody import GoodyStage
from tests.integrations.contract.test_lob import LobStage
from tests.integrations.contract.town import PATIENT, TownDoor
from tests.integrations.raw_server import HERE
from tests.integrations.sandbox.counters import wait_until
from tests.stack import free_port

MOCK = "@stoplight/prism-cli@5.16.0"
FOLDER = os.environ.get("VENDOR_DESCRIPTIONS", "")
MINUTES = 5 * 60.0  # to be fetched, and to read a description of a megabyte
NO_SUCH_CALL = {404, 405}
NOT_AS_DESCRIBED = {400, 401, 422}

pytestmark = [
    pytest.mark.skipif(not FOLDER or shutil.which("npx") is None, reason="no descriptions, or nothing to serve them"),
    pytest.mark.timeout(2 * MINUTES),
]


class Stage(Protocol):
    def vendor(self, http: Http | None = None) -> GiftVendor: ...
    def wish(self) -> Wish: ...


class Twice(Http):
    """Asks the mock server first, and notes what it says; then the town, whose answers go on."""

    def __init__(self, mock: str, base: str) -> None:
        super().__init__(PATIENT, trusted=HERE)
        self._mock = mock
        self._base = base
        self.said: dict[str, int] = {}

    def call(self, request: Request) -> Answer:
        path = urlsplit(request.url).path.partition(self._base)[2]
        again = replace(request, url=f"{self._mock}{path}")
        answer = requests.request(
            again.method,
            again.url,
            headers=dict(again.headers),
            params=dict(again.params),
            json=again.body,
            auth=again.auth,
            timeout=60,
        )
        self.said[f"{again.method} {path}"] = answer.status_code
        return super().call(request)


@contextmanager
def served(description: str, ready: str) -> Iterator[str]:
    """Serve a description while the block runs; yield where."""
    port = free_port()
    command = ["npx", "--yes", MOCK, "mock", "--port", str(port), "--errors", str(Path(FOLDER) / description)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: answers(f"{url}{ready}"), seconds=MINUTES)
        yield url
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def answers(url: str) -> bool:
    """Return whether anybody is there."""
    try:
        return requests.get(url, timeout=10).status_code > 0
    except requests.RequestException:
        return False


def everything(vendor: GiftVendor, wish: Wish, where: Address) -> None:
    """Ask a vendor for all that the port knows, whatever comes of it."""
    key, placed = fresh_key(), ""
    most = Money(minor=500_00, currency="USD")
    asks: tuple[Callable[[], object], ...] = (
        lambda: vendor.catalogue(GiftKind.PARCEL, country="US", at_most=most),
        lambda: vendor.quote(wish),
        lambda: vendor.find(key=key, customer_id=55),
        lambda: vendor.status(placed),
        lambda: vendor.cancel(placed),
        vendor.check,
        lambda: isinstance(vendor, AddressCheck) and vendor.validity(where),
    )
    placed = vendor.place(wish, key=key).reference
    for ask in asks:
        with suppress(Rejected, Unavailable, Uncertain):
            ask()


@pytest.mark.parametrize(
    ("description", "ready", "base", "stage"),
    [
        ("lob-openapi.yaml", "/letters", "/lob/v1", LobStage),
        ("goody-commerce-openapi.json", "/v1/me", "/goody", GoodyStage),
    ],
    ids=["Lob", "Goody"],
)
def test_given_a_vendors_own_description_when_asked_for_everything_then_it_takes_every_call(
    town: TownDoor, description: str, ready: str, base: str, stage: Callable[[TownDoor], Stage]
) -> None:
    there = stage(town)
    with served(description, ready) as mock:
        http = Twice(mock, base)
        everything(there.vendor(http), there.wish(), address(street="deliverable"))
        spoilt = requests.post(f"{mock}{next(iter(http.said)).partition(' ')[2]}", json={"odd": 1}, timeout=60)

    assert len(http.said) > 2
    assert {call: status for call, status in http.said.items() if status in NO_SUCH_CALL | NOT_AS_DESCRIBED} == {}
    assert spoilt.status_code in NO_SUCH_CALL | NOT_AS_DESCRIBED  # it does say no

"""The fixture that boots it, once for each test process that asks, and what a test may do with it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT, USER, KEY = "desk.shop.example", "lagniappe", "key"


@dataclass(frozen=True, slots=True, kw_only=True)
class RealHelpdesk:
    """Where it is, and somebody who works there."""

    url: str
    ana: "Agent"

    def behind(self, do: str, **wish: object) -> Any:
        """Arrange something through the back door, or look at something."""
        answer = requests.post(f"{self.url}/back-door", json={"do": do, **wish}, timeout=30)
        assert answer.ok, answer.text
        return answer.json()

    def opened(self, email: str) -> int:
        """Let a customer write, as their helpdesk takes it in: they are mailed that it did, and a hook is called."""
        ticket = {"queue": 1, "title": "Help", "description": "My dog died.", "submitter_email": email}
        said = ticket | {"status": 1, "priority": 3, "on_hold": False, "resolution": ""}
        answer = requests.post(f"{self.url}/api/tickets/", json=said, auth=(USER, KEY), timeout=30)
        assert answer.ok, answer.text
        return int(answer.json()["id"])

    def ring(self, door: str, ticket: int, comment: int) -> None:
        """Call once more with what was written, as the helpdesk calls."""
        shown = requests.get(f"{self.url}/api/tickets/{ticket}/", auth=(USER, KEY), timeout=30).json()
        said = {"ticket": shown, "queue_slug": "support", "followup_id": comment}
        assert requests.post(door, json=said, timeout=30).ok


class Agent:
    """Somebody of the staff at a browser. Their forms hold what was on the page before we wrote into its fields."""

    def __init__(self, url: str, browser: requests.Session) -> None:
        self._url = url
        self._browser = browser

    def sign_in(self) -> None:
        """Fill in the page for signing in."""
        assert self._browser.get(f"{self._url}/login/", timeout=30).ok
        assert "/login" not in self._post("/login/", username="ana", password="pw").url

    def comment(self, ticket: int, text: str, *, public: bool = False) -> None:
        """Write on a ticket as its page has it, where “public” is a box."""
        filled = {"comment": text, "new_status": "1", "priority": "3", "title": "Help", "owner": "0", "queue": "1"}
        said = filled | ({"public": "1"} if public else {})
        assert self._post(f"/tickets/{ticket}/update/", **said).ok

    def _post(self, form: str, **filled: str) -> requests.Response:
        said = {"csrfmiddlewaretoken": str(self._browser.cookies["csrftoken"]), **filled}
        return self._browser.post(self._url + form, data=said, timeout=30)


@pytest.fixture(scope="session")
def real_helpdesk(in_memory: Path) -> Iterator[RealHelpdesk]:
    """A real django-helpdesk in a process of its own; Django never comes into ours."""
    folder = in_memory / "helpdesk"
    folder.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.real_helpdesk.boot"],
        cwd=ROOT,
        env=os.environ | {"DESK_HOME": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process:
        try:
            port = process.stdout.readline().strip()
            assert port, "the helpdesk did not boot: what it says stands above"
            url = f"http://127.0.0.1:{port}"
            with requests.Session() as browser:
                ana = Agent(url, browser)
                ana.sign_in()
                yield RealHelpdesk(url=url, ana=ana)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
    assert "django" not in sys.modules

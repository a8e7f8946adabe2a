"""What the launcher asks its own web server."""

import http.client
import json
from dataclasses import dataclass, field
from typing import Final

from app.launcher.ports import LOOPBACK

ANSWER_SECONDS: Final = 2.0
LONGEST_ANSWER_BYTES: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What the practice page says: is the shop open, are effects visible, and lines for the terminal."""

    is_open: bool = False
    ready: bool = False
    lines: list[str] = field(default_factory=list)


def instance(port: int) -> str | None:
    """Return the name of the instance that answers at the port, or None when nobody of ours does."""
    name = ask(port, "/healthz").get("instance")
    return name if isinstance(name, str) else None


def summary(port: int) -> Summary:
    """Return what there is to see so far; nothing while the page does not answer."""
    page = ask(port, "/practice/summary")
    lines = page.get("lines")
    return Summary(
        is_open=page.get("open") is True,
        ready=page.get("ready") is True,
        lines=list(map(str, lines)) if isinstance(lines, list) else [],
    )


def play_opening(port: int) -> None:
    """Ask the practice town for its opening scene; it plays once, however often it is asked."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=ANSWER_SECONDS)
    try:
        connection.request("POST", "/town/opening")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return  # what it would have shown is missing, and the lines say so
    finally:
        connection.close()


def ask(port: int, path: str) -> dict[str, object]:
    """Return the JSON object at the path, or an empty one while there is none to be had."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", path)
        answer = json.loads(connection.getresponse().read(LONGEST_ANSWER_BYTES))
    except (OSError, http.client.HTTPException, ValueError):
        return {}
    finally:
        connection.close()
    return answer if isinstance(answer, dict) else {}

"""A Chromium of this machine before a demo of its own, and people of the town who write to its helpdesk."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, sync_playwright

from tests.stack import Stack, running

NO_BROWSER = "no Chromium was found: install one (apt install chromium), or let CHROMIUM name it"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """Return the browser that CHROMIUM names, else the first that is found; None where there is none."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)


@contextmanager
def opened(path: str) -> Iterator[Browser]:
    """Let the browser run until the block ends."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def demo(folder: Path) -> Iterator[Stack]:
    """Let a demo run until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with running(folder, f"sqlite:///{folder / 'app.db'}") as stack:
        yield stack


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Somebody's ticket, and an order of theirs that has not left."""

    stack: Stack
    customer: int
    ticket: int
    order: int

    def desk(self, **how: str) -> str:
        """Return the address of the desk about it, for an agent who practises."""
        about = {"ticket": str(self.ticket), "customer": str(self.customer)} | how
        return f"{self.stack.app}/practice/desk?{urlencode(about)}"


def regular(stack: Stack, who: int) -> int:
    """Return one of those who have bought in the town a few times."""
    return int(stack.get("/town/cast")["fourth_order_customers"][who])


def write(stack: Stack, customer: int) -> Letter:
    """Let somebody of the town order, and write about it."""
    order = int(stack.order(customer)["order_id"])
    ticket = int(stack.post("/town/tickets", {"customer_id": customer, "subject": "So lovely"})["ticket_id"])
    return Letter(stack=stack, customer=customer, ticket=ticket, order=order)

"""A Chromium of this machine before a demo of its own, and people of the town who write to its helpdesk."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, sync_playwright

from tests.stack import Stack, running, until

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


def asked_where(browser: Browser, letter: Letter) -> str:
    """Let flowers be planned for an address that the store takes for wrong; return the link to ask with."""
    letter.stack.post(f"/town/orders/{letter.order}/edit", {"address": {"validation": "ERROR"}})
    page = browser.new_page()
    page.goto(letter.desk(do="flowers"))
    page.locator("#flowers-preview [data-act]").click()
    page.wait_for_selector(".deeds")
    page.close()
    until(lambda: bool(_links(letter)))
    return _links(letter)[0]


def _links(letter: Letter) -> list[str]:
    notes = letter.stack.get(f"/town/tickets/{letter.ticket}")["notes"]
    return re.findall(r"http\S+/card/[a-z2-7]+", "\n".join(str(note["text"]) for note in notes))


def regular(stack: Stack, who: int) -> int:
    """Return one of those who have bought in the town a few times."""
    return int(stack.get("/town/cast")["fourth_order_customers"][who])


def write(stack: Stack, customer: int) -> Letter:
    """Let somebody of the town order, and write about it."""
    order = int(stack.order(customer)["order_id"])
    ticket = int(stack.post("/town/tickets", {"customer_id": customer, "subject": "So lovely"})["ticket_id"])
    return Letter(stack=stack, customer=customer, ticket=ticket, order=order)

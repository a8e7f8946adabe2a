"""Makes the pictures that the documentation shows: whoever runs this looks at them before keeping them."""

from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, ViewportSize

from app.launcher.places import ROOT
from tests.stack import Stack, until
from tests.ui import screens
from tests.ui.eyes import NO_BROWSER, Letter, asked_where, chromium, demo, opened, regular, write
from tests.ui.walk import open_page

DOCS = ROOT / "docs"
PHONE, PAGE = ViewportSize(width=360, height=740), ViewportSize(width=900, height=900)
DESKTOP = ViewportSize(width=1280, height=1080)


def main(which: list[str]) -> int:
    """Write the pictures, those of the merchant's screens alone if so asked; return 1 where there is no browser."""
    browser_path = chromium()
    if browser_path is None:
        print(f"lagniappe: {NO_BROWSER}")
        return 1
    with TemporaryDirectory() as folder, demo(Path(folder) / "shots") as stack, opened(browser_path) as browser:
        letter = write(stack, regular(stack, 0))
        until(lambda: stack.gift_lines(letter.order))
        if which == ["screens"]:
            screens.take(browser, stack)
            return 0
        today_shown(browser, stack)
        kept(shown(browser, letter, PAGE, do="flowers"), "desk")
        dark = shown(browser, letter, PAGE, scheme="dark", do="flowers")
        kept(dark, "desk-dark")
        dark.locator("#flowers-preview [data-act]").click()
        dark.wait_for_selector(".deeds")
        phone = shown(browser, letter, PHONE)
        kept(phone, "desk-phone")
        phone.locator("dl.card").screenshot(path=DOCS / "card.png")
        told("card")
        for name, size in {"card-preview": PAGE, "card-preview-phone": PHONE}.items():
            card_shown(browser, letter, size, name)
        doorstep_shown(browser, asked_where(browser, write(stack, regular(stack, 1))))
        screens.take(browser, stack)
    return 0


def today_shown(browser: Browser, stack: Stack) -> None:
    """Write the picture that the README shows: as much of today as a desktop's glass holds."""
    page = browser.new_context(viewport=DESKTOP).new_page()
    open_page(page, stack, "/", "en")
    page.screenshot(path=DOCS / "today.png")
    told("today")


def shown(browser: Browser, letter: Letter, size: ViewportSize, *, scheme: str = "light", do: str = "") -> Page:
    """Return the desk as it is to be seen."""
    page = browser.new_context(viewport=size, color_scheme=scheme).new_page()
    page.goto(letter.desk(do=do) if do else letter.desk())
    page.wait_for_selector(f"#{do}-preview [data-act]" if do else "form[data-gesture]")
    return page


def card_shown(browser: Browser, letter: Letter, size: ViewportSize, name: str) -> None:
    """Write a picture of a card's words as they come out, before they are sent."""
    page = shown(browser, letter, size)
    page.select_option("#send-begins", label="A thank-you")
    page.locator("section:has(#send-preview) button.go").first.click()
    page.wait_for_selector("#send-preview [data-act]")
    page.locator("section:has(#send-preview)").screenshot(path=DOCS / f"{name}.png")
    told(name)


def doorstep_shown(browser: Browser, link: str) -> None:
    """Write pictures of the page that asks a customer where a card may go."""
    for name, size in {"address-page": PAGE, "address-page-phone": PHONE}.items():
        page = browser.new_context(viewport=size).new_page()
        page.goto(link)
        kept(page, name)


def kept(page: Page, name: str) -> None:
    """Write a picture of the whole page."""
    page.screenshot(path=DOCS / f"{name}.png", full_page=True)
    told(name)


def told(name: str) -> None:
    print(f"lagniappe: docs/{name}.png")

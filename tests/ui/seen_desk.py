"""The agents' desk in a real browser: how many clicks it takes, by keyboard, on a phone, in the dark, in a frame."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.stack import Stack, until
from tests.ui.eyes import NO_BROWSER, chromium, demo, opened, regular, write

PHONE = {"width": 360, "height": 740}
MOST_TABS = 120
FINGER = 24  # pixels each way: WCAG 2.2, level AA
GESTURES = ("refund", "flowers", "card", "send", "gift", "hard")
WORDS = "Thank you for the picture. It hangs in our kitchen."


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip(NO_BROWSER)
    with opened(path) as found:
        yield found


@pytest.fixture(scope="module")
def stack(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with demo(tmp_path_factory.mktemp("ui") / "demo") as found:
        yield found


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context()
    yield made
    made.close()


class House(BaseHTTPRequestHandler):
    """Shows one page, whatever is asked for."""

    body = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.body if self.path == "/" else b"Its own")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def neighbour(body: str) -> Iterator[str]:
    """Serve a page from another origin of this machine; yield its address."""
    house = type("Neighbour", (House,), {"body": f"<!doctype html><title>Another house</title>{body}".encode()})
    with ThreadingHTTPServer(("127.0.0.1", 0), house) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def counted(context: BrowserContext) -> Callable[[], int]:
    """Return what tells how often a hand has clicked since, wherever the context's pages went."""
    clicks: list[str] = []
    context.expose_binding("clicked", lambda _source, what: clicks.append(what))
    context.add_init_script("addEventListener('click', (e) => e.isTrusted && window.clicked(e.target.tagName), true)")
    return lambda: len(clicks)


def tab_to(page: Page, selector: str) -> None:
    """Go on by keyboard until that is reached; whatever is passed shows that it is."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("(s) => document.activeElement.matches(s)", selector):
            ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert ring != "none", f"{selector} does not show that it is reached"
            return
    pytest.fail(f"{selector} is not reached by keyboard")


def look(page: Page, gesture: str) -> None:
    """Fill in what a gesture needs, and have its preview shown."""
    if gesture in {"card", "send"}:
        page.fill(f"#{gesture}-words", WORDS)
    page.locator(f"section:has(#{gesture}-preview) button.go").first.click()
    page.wait_for_selector(f"#{gesture}-preview [data-focus]")


def sideways(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_given_a_ticket_when_flowers_are_sent_then_it_took_two_clicks(context: BrowserContext, stack: Stack) -> None:
    letter = write(stack, regular(stack, 0))
    clicks = counted(context)
    page = context.new_page()
    with neighbour(f'<h1>Ticket</h1><a href="{letter.desk(do="flowers")}">Send flowers</a>') as ticket:
        page.goto(ticket)
        page.get_by_role("link", name="Send flowers").click()
        page.locator("#flowers-preview [data-act]").click()

    expect(page.get_by_role("status")).to_contain_text("can be undone until then")
    assert clicks() == 2
    expect(page.locator(".deeds li").first).to_contain_text("Flowers, signed")


def test_given_no_mouse_when_flowers_are_sent_then_the_keyboard_is_enough(
    context: BrowserContext, stack: Stack
) -> None:
    letter = write(stack, regular(stack, 1))
    clicks = counted(context)
    page = context.new_page()
    page.goto(letter.desk())
    page.wait_for_selector("form[data-gesture=flowers]")

    tab_to(page, "form[data-gesture=flowers] summary")
    page.keyboard.press("Enter")
    tab_to(page, "#flowers-message")
    page.keyboard.type("For Ada.")
    tab_to(page, "form[data-gesture=flowers] button.go")
    page.keyboard.press("Enter")
    page.wait_for_selector("#flowers-preview [data-act]")
    assert page.evaluate("document.activeElement.matches('#flowers-preview [data-focus]')")
    tab_to(page, "[data-act]")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("can be undone until then")
    expect(page.get_by_role("status")).to_be_focused()
    # A browser makes a click of Enter on a button or a summary; none of them came from a mouse.
    assert clicks() <= 3


def test_given_words_to_begin_with_when_chosen_then_they_are_filled_in_and_shown_line_by_line_as_they_come_out(
    context: BrowserContext, stack: Stack
) -> None:
    page = context.new_page()
    page.goto(write(stack, regular(stack, 6)).desk())
    page.wait_for_selector("form[data-gesture=send]")

    page.select_option("#send-begins", label="An apology")
    assert "{order_item}" in page.input_value("#send-words")
    page.locator("section:has(#send-preview) button.go").first.click()
    page.wait_for_selector("#send-preview [data-act]")

    lines = page.locator("#send-preview .sheet bdi")
    expect(lines.first).to_contain_text("Dear ")
    assert "{" not in page.locator("#send-preview .sheet").inner_text()
    page.fill("#send-words", "Dear {nobody}")
    assert page.locator("#send-preview").inner_text() == ""
    page.locator("section:has(#send-preview) button.go").first.click()
    expect(page.locator("#send-preview")).to_contain_text("“{nobody}” was not filled in yet.")


def test_given_a_phone_when_everything_is_looked_at_then_nothing_scrolls_sideways_and_a_finger_finds_it_all(
    browser: Browser, stack: Stack
) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(write(stack, regular(stack, 2)).desk())
    page.wait_for_selector("form[data-gesture]")

    for gesture in GESTURES:
        look(page, gesture)
        assert sideways(page) <= 0, gesture
    small = page.evaluate(
        """(least) => [...document.querySelectorAll("main :is(button, a[href], select, textarea, summary)")]
             .map((each) => [each.textContent.trim() || each.id, each.getBoundingClientRect()])
             .filter(([, box]) => box.width && (box.width < least || box.height < least)).map(([name]) => name)""",
        FINGER,
    )
    assert small == []
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, {"width": 1280, "height": 900}], ids=["phone", "desktop"])
def test_given_the_desk_when_looked_over_for_those_who_cannot_see_it_well_then_nothing_serious_is_found(
    browser: Browser, stack: Stack, scheme: str, size: dict[str, int]
) -> None:
    context = browser.new_context(viewport=size, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(write(stack, regular(stack, 3)).desk())
    page.wait_for_selector("form[data-gesture]")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(251, 250, 247)"
    assert dark is (scheme == "dark")
    for gesture in GESTURES:
        look(page, gesture)
    for details in page.locator("details").all():
        details.evaluate("(each) => { each.open = true }")

    found = Axe().run(page).response["violations"]

    grave = [each for each in found if each["impact"] in {"serious", "critical"}]
    assert json.dumps([(each["id"], [node["html"] for node in each["nodes"]]) for each in grave]) == "[]"
    context.close()


def test_given_a_page_of_another_house_when_it_frames_the_desk_then_the_browser_refuses(
    context: BrowserContext, stack: Stack
) -> None:
    page = context.new_page()
    page.goto(write(stack, regular(stack, 4)).desk())
    shell = page.url.partition("#")[0]
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))

    # A true neighbour on this machine: of a page that is only made up, a browser keeps everything on it away.
    with neighbour(
        f'<iframe src="{shell}" title="The desk"></iframe><iframe src="/own" title="Its own"></iframe>'
    ) as url:
        page.goto(url)
        page.wait_for_function("document.querySelectorAll('iframe').length === 2")
        (_, framed, its_own) = page.frames

        assert any("frame-ancestors" in words for words in said)
        assert not framed.url.startswith(stack.app)
        assert its_own.url == f"{url}/own"


def test_given_a_nervous_hand_when_it_clicks_twice_then_the_money_goes_back_once(
    context: BrowserContext, stack: Stack
) -> None:
    letter = write(stack, regular(stack, 5))
    page = context.new_page()
    page.goto(letter.desk())
    page.fill("#refund-amount", "5.00")
    look(page, "refund")

    page.locator("#refund-preview [data-act]").dblclick()
    expect(page.get_by_role("status")).to_contain_text("can be undone until then")
    assert page.locator(".deeds li", has_text="Refund $5.00").count() == 1
    stack.post("/town/clock", {"seconds": 61})

    until(lambda: stack.get(f"/town/orders/{letter.order}")["refunded"] == "5.00")
    until(lambda: stack.summary()["counts"]["effects_due"] == 0)
    assert stack.get(f"/town/orders/{letter.order}")["refunded"] == "5.00"

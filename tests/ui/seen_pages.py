"""Every page of the merchant in a real browser: how soon it is there, whether it holds still, and who can read it."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.stack import Stack
from tests.ui.eyes import NO_BROWSER, chromium, demo, opened
from tests.ui.walk import DESKTOP, PHONE, Eyes, looking, open_page, walked

LARGEST_PAINT_MS = 1_200
MOST_SHIFT = 0.02
SERIOUS = {"serious", "critical"}
EVERY_EYES = [
    Eyes(size=DESKTOP, scheme="light", locale="en"),
    Eyes(size=DESKTOP, scheme="dark", locale="fr"),
    Eyes(size=PHONE, scheme="light", locale="fr"),
    Eyes(size=PHONE, scheme="dark", locale="en"),
]


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


@pytest.fixture(scope="module")
def pages(browser: Browser, stack: Stack) -> dict[str, str]:
    return walked(browser, stack)


@pytest.mark.parametrize("eyes", EVERY_EYES, ids=lambda eyes: eyes.name)
def test_given_every_page_when_looked_at_then_it_is_soon_there_holds_still_and_can_be_read_by_all(
    browser: Browser, stack: Stack, pages: dict[str, str], eyes: Eyes
) -> None:
    page, axe, wrong = looking(browser, eyes), Axe(), list[str]()
    for name, path in pages.items():
        open_page(page, stack, path, eyes.locale)
        painted, shifted = page.evaluate("[window.painted, window.shifted]")
        print(f"{eyes.name:18} {name:22} painted {painted:5.0f} ms, shifted {shifted:.4f}")
        wrong += [f"{name}: painted after {painted:.0f} ms"] if painted > LARGEST_PAINT_MS else []
        wrong += [f"{name}: shifted by {shifted:.3f}"] if shifted > MOST_SHIFT else []
        wrong += [f"{name}: {problem}" for problem in problems(page, axe, eyes)]
    page.context.close()

    assert wrong == []


def problems(page: Page, axe: Axe, eyes: Eyes) -> list[str]:
    """Return what makes the page hard to read: for assistive tools, by its language, or its width."""
    found = [
        f"{violation['id']} at {[node['target'] for node in violation['nodes']][:3]}"
        for violation in axe.run(page).response["violations"]
        if violation["impact"] in SERIOUS
    ]
    width = page.evaluate("document.documentElement.scrollWidth")
    found += [f"is {width} px wide"] if width > eyes.size[0] else []
    spoken = page.evaluate("document.documentElement.lang")
    return [*found, f"speaks {spoken}"] if spoken != eyes.locale else found

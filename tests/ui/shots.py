"""Makes the pictures of the desk that the documentation shows: whoever runs this looks at them before keeping them."""

from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser

from app.launcher.places import ROOT
from tests.ui.eyes import NO_BROWSER, Letter, chromium, demo, opened, write

DOCS = ROOT / "docs"
PHONE, PAGE = (360, 740), (900, 900)


def main() -> int:
    """Write the pictures; return 1 where there is no browser to make them with."""
    browser_path = chromium()
    if browser_path is None:
        print(f"lagniappe: {NO_BROWSER}")
        return 1
    with TemporaryDirectory() as folder, demo(Path(folder) / "shots") as stack, opened(browser_path) as browser:
        letter = write(stack, int(stack.get("/town/cast")["best_customer"]))
        shot(browser, letter, "desk-phone", size=PHONE)
        shot(browser, letter, "desk", size=PAGE, do="flowers")
        shot(browser, letter, "desk-dark", size=PAGE, scheme="dark", do="flowers")
        shot(browser, letter, "card", size=PHONE, part="dl.card")
    return 0


def shot(
    browser: Browser,
    letter: Letter,
    name: str,
    *,
    size: tuple[int, int],
    scheme: str = "light",
    do: str = "",
    part: str = "",
) -> None:
    """Write one picture: of the whole page, or of a part of it."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    page = context.new_page()
    page.goto(letter.desk(do=do) if do else letter.desk())
    page.wait_for_selector(f"#{do}-preview [data-act]" if do else "form[data-gesture]")
    path = DOCS / f"{name}.png"
    if part:
        page.locator(part).screenshot(path=path)
    else:
        page.screenshot(path=path, full_page=True)
    context.close()
    print(f"lagniappe: {path.relative_to(ROOT)}")

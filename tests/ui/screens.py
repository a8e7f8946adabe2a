"""Makes a picture of every screen of the merchant's, on a phone and on a desk, light and dark, in both languages."""

import base64
from pathlib import Path

from playwright.sync_api import Browser, Page

from app.launcher.places import ROOT
from tests.stack import Stack
from tests.ui.walk import DESKTOP, PHONE, Eyes, looking, open_page, walked

SCREENS = ROOT / "docs/screens"
TALLEST = 1_600
AT_ITS_PLACE = ".save { position: static; }"  # it follows the glass, and a picture is taller than any
QUALITY = 36  # of WebP: words stay sharp
ALIKE = {
    f"rules-{rule}" for rule in ("nth_order_gift", "anniversary", "birthday", "comeback", "recovery", "flowers")
} | {"story-one"}
SCALE = {DESKTOP: 0.75, PHONE: 1}
EVERY_EYES = [Eyes(), Eyes(scheme="dark", locale="fr"), Eyes(size=PHONE, locale="fr"), Eyes(size=PHONE, scheme="dark")]


def take(browser: Browser, stack: Stack, folder: Path = SCREENS) -> None:
    """Write the pictures anew."""
    folder.mkdir(parents=True, exist_ok=True)
    before = {*folder.glob("*.webp")}
    pages = {name: path for name, path in walked(browser, stack).items() if name not in ALIKE}
    for eyes in EVERY_EYES:
        page = looking(browser, eyes)
        page.route("**/polaris.js", lambda route: route.abort())  # ours alone: theirs come sooner or later
        for name, path in pages.items():
            open_page(page, stack, path, eyes.locale)
            page.add_style_tag(content=AT_ITS_PLACE)
            (folder / f"{name}-{eyes.name}.webp").write_bytes(picture(page, eyes))
            before.discard(folder / f"{name}-{eyes.name}.webp")
        page.context.close()
    for left in before:  # last of all: whoever breaks it off loses no picture
        left.unlink()
    size = sum(path.stat().st_size for path in folder.glob("*.webp"))
    print(f"lagniappe: {len(pages) * len(EVERY_EYES)} pictures of {len(pages)} screens, {size // 1024} KB")


def picture(page: Page, eyes: Eyes) -> bytes:
    """Return the page as WebP, which the browser writes and its driver does not ask for."""
    height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    clip = {"x": 0, "y": 0, "width": eyes.size[0], "height": height, "scale": SCALE[eyes.size]}
    how = {"format": "webp", "quality": QUALITY, "captureBeyondViewport": True, "clip": clip}
    shot = page.context.new_cdp_session(page).send("Page.captureScreenshot", how)
    return base64.b64decode(shot["data"])

"""What the desk owes whoever cannot see it well, or has no mouse: names, order, contrast, and room for a finger."""

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from app import web
from app.domain.agents import Role
from tests.builders import order, paid, refund, usd
from tests.web.agent import at_the_desk
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

STATIC = Path(web.__file__).parent / "static"
PAIRS = (
    *(("ink", "paper"), ("ink", "card"), ("quiet", "paper"), ("quiet", "card"), ("accent", "card")),
    *(("wait", "wait-bg"), ("good", "good-bg"), ("calm", "calm-bg"), ("bad", "bad-bg"), ("dim", "dim-bg")),
    ("accent-ink", "accent"),
)
READABLE = 4.5  # of WCAG's AA, for text of any size
FIELDS = {"input", "select", "textarea"}
REFERS = ("for", "aria-labelledby", "aria-describedby")


class Page(HTMLParser):
    """A page as assistive technology finds it: names, references, headings, and what can be pressed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.refers: set[str] = set()
        self.labelled: set[str] = set()
        self.fields: list[str] = []
        self.headings: list[int] = []
        self.buttons: list[str] = []
        self._in_button = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self.ids.update([said["id"]] if "id" in said else [])
        self.refers |= {word for name in REFERS for word in said.get(name, "").split()}
        self.labelled |= {said["for"]} if tag == "label" else set()
        self.fields += [said.get("id", "")] if tag in FIELDS and said.get("type") != "hidden" else []
        self.headings += [int(tag[1])] if re.fullmatch("h[1-6]", tag) else []
        if tag == "button":
            self._in_button = True
            self.buttons.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in_button = self._in_button and tag != "button"

    def handle_data(self, data: str) -> None:
        if self._in_button:
            self.buttons[-1] += data.strip()


@pytest.fixture
def page(desk: Desk) -> Page:
    """A lead's desk, about a customer for whom something waits for a yes."""
    desk.buy(order(net=usd(90_00)))
    desk.plan(paid(refund(), ask_first="Above $50.00 a lead decides."), rule="refund_keep")
    lea = at_the_desk(desk, name="Lea", role=Role.LEAD)
    return Page(lea.call("/desk/api/ticket").text)


def test_given_the_desk_when_read_aloud_then_every_field_has_its_label_and_every_button_a_name_of_its_own(
    page: Page,
) -> None:
    assert len(page.fields) >= 7
    assert set(page.fields) <= page.labelled
    assert all(page.buttons)
    assert [name for name, count in Counter(page.buttons).items() if count > 1] == []
    assert any(name.startswith("Say yes") for name in page.buttons)


def test_given_the_desk_when_its_parts_refer_to_each_other_then_each_is_there_once(page: Page) -> None:
    assert [name for name, count in page.ids.items() if count > 1] == []
    assert page.refers <= set(page.ids)


def test_given_the_desk_when_walked_by_its_headings_then_no_level_is_left_out(page: Page) -> None:
    steps = [after - before for before, after in zip(page.headings, page.headings[1:], strict=False)]

    assert page.headings.count(1) == 1
    assert page.headings[0] == 1
    assert max(steps) <= 1


def test_given_the_desks_shell_when_read_aloud_then_what_came_of_a_press_is_told_by_itself(desk: Desk) -> None:
    shell = desk.browser.get("/desk").text

    assert re.search(r'id="said"[^>]* role="status"', shell)
    assert '<html lang="en">' in shell
    assert 'name="viewport"' in shell


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_given_words_on_their_grounds_when_compared_then_they_can_be_read(database: str, scheme: str) -> None:
    sheet = (STATIC / "lagniappe.css").read_text()
    light, dark = sheet.split("@media (prefers-color-scheme: dark)", 1)
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", light if scheme == "light" else dark))

    assert {pair: found for pair in PAIRS if (found := contrast(*(colours[name] for name in pair))) < READABLE} == {}


def test_given_a_finger_when_it_presses_then_everything_is_large_enough_for_it(database: str) -> None:
    assert re.search(r"button, input, select \{ min-height: 2\.75rem; \}", (STATIC / "desk.css").read_text())


def contrast(one: str, other: str) -> float:
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

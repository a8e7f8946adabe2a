"""The pages that the merchant goes to by name, in the order of the masthead, each with those that belong to it."""

from dataclasses import dataclass

from flask import current_app, request
from werkzeug.exceptions import HTTPException

from app.web.language import N_


@dataclass(frozen=True, slots=True)
class Page:
    """One page, and what it is called."""

    path: str
    name: str
    also: tuple[str, ...] = ()  # pages without a name of their own that are reached from this one

    @property
    def is_open(self) -> bool:
        """Whether whoever looks is on this page, or on one beneath it."""
        return any(
            request.path == path or (path != "/" and request.path.startswith(f"{path}/"))
            for path in (self.path, *self.also)
        )


@dataclass(frozen=True, slots=True)
class Section:
    """One word of the masthead: its first page is where the word leads."""

    pages: tuple[Page, ...]

    @property
    def first(self) -> Page:
        """The page by which this section is called."""
        return self.pages[0]

    @property
    def is_open(self) -> bool:
        """Whether whoever looks is on a page of this section."""
        return any(page.is_open for page in self.pages)


SECTIONS = (
    Section((Page("/", N_("Today")),)),
    Section((Page("/rules", N_("Rules")), Page("/what-if", N_("What if")), Page("/welcome", N_("First steps")))),
    Section((Page("/results", N_("Results")), Page("/spend", N_("Spend")), Page("/story", N_("The month's story")))),
    Section((Page("/campaigns", N_("Campaigns")), Page("/shortages", N_("When it runs short")))),
    Section((Page("/ledger", N_("Ledger"), also=("/orders", "/customers")), Page("/decisions", N_("Reasons")))),
    Section((Page("/team", N_("Team")),)),
    Section((Page("/gifts", N_("Gifts")), Page("/cards", N_("Words for cards")), Page("/vendors", N_("Gift vendors")))),
    Section(
        (
            Page("/settings", N_("Settings")),
            Page("/connections", N_("Connections")),
            Page("/helpdesks", N_("Helpdesks")),
            Page("/privacy", N_("Privacy")),
        )
    ),
)


def sections() -> list[Section]:
    """Return the sections with the pages that there are to go to."""
    served = (Section(tuple(page for page in section.pages if _is_served(page.path))) for section in SECTIONS)
    return [section for section in served if section.pages]


def _is_served(path: str) -> bool:
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return False
    return True

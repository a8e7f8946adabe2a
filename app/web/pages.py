"""The pages that the merchant goes to by name, in the order of the masthead."""

from dataclasses import dataclass

from flask import current_app, request
from werkzeug.exceptions import HTTPException

from app.web.language import N_


@dataclass(frozen=True, slots=True)
class Page:
    """One page, and what it is called."""

    path: str
    name: str

    @property
    def is_open(self) -> bool:
        """Whether whoever looks is on this page, or on one beneath it."""
        return request.path == self.path or (self.path != "/" and request.path.startswith(f"{self.path}/"))


PAGES = (
    Page("/", N_("Today")),
    Page("/rules", N_("Rules")),
    Page("/what-if", N_("What if")),
    Page("/results", N_("Results")),
    Page("/spend", N_("Spend")),
    Page("/campaigns", N_("Campaigns")),
    Page("/ledger", N_("Ledger")),
    Page("/decisions", N_("Reasons")),
    Page("/team", N_("Team")),
    Page("/connections", N_("Connections")),
    Page("/gifts", N_("Gifts")),
    Page("/settings", N_("Settings")),
    Page("/privacy", N_("Privacy")),
)


def pages() -> list[Page]:
    """Return the pages that there are to go to."""
    return [page for page in PAGES if _is_served(page.path)]


def _is_served(path: str) -> bool:
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return False
    return True

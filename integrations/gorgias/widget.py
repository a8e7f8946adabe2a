"""The card as a Gorgias widget takes it: an object of ready texts, each found by its path (lagniappe.status)."""

from collections.abc import Mapping

from app.domain.card import Card


def render(card: Card) -> Mapping[str, object]:
    """Return the card; every path is always there, for a widget's template is written once."""
    rows = {row.name.lower().replace(" ", "_"): row.value for row in card.rows}
    return {"lagniappe": _NOTHING | rows | {"notice": card.notice, "as_of": f"{card.as_of:%H:%M}", "desk": card.desk}}


_NOTHING = dict.fromkeys(
    ("notice", "status", "net_spend", "orders", "since", "last_kindness", "pending", "team_pool", "as_of", "desk"), ""
)

"""What the town's florist sells and what it costs to have it delivered."""

from dataclasses import dataclass

from integrations.sandbox.florist.refusals import Refused

SERVICE_CHARGE = 14_99  # cents, once per recipient


@dataclass(frozen=True, slots=True, kw_only=True)
class Bouquet:
    code: str
    category: str
    name: str
    description: str
    dimension: str
    price: int  # cents of US dollars


BOUQUETS = (
    Bouquet(
        code="F1-210",
        category="sy",
        name="Quiet Garden",
        description="White roses, stock and eucalyptus in a clear vase.",
        dimension='14" W x 16" H',
        price=54_95,
    ),
    Bouquet(
        code="F1-231",
        category="sy",
        name="Evening Light",
        description="Cream lilies and lavender, hand-tied.",
        dimension='16" W x 18" H',
        price=64_95,
    ),
    Bouquet(
        code="F1-248",
        category="sy",
        name="Stillwater",
        description="Blue delphinium, white hydrangea and fern.",
        dimension='17" W x 20" H',
        price=79_95,
    ),
    Bouquet(
        code="F1-255",
        category="sy",
        name="A Small Remembrance",
        description="A white kalanchoe in a stoneware pot.",
        dimension='8" W x 12" H',
        price=44_95,
    ),
    Bouquet(
        code="F1-107",
        category="lr",
        name="Market Morning",
        description="Tulips, ranunculus and whatever was best today.",
        dimension='11" W x 13" H',
        price=49_95,
    ),
    Bouquet(
        code="F1-118",
        category="lr",
        name="Sunday Table",
        description="Sunflowers and wheat in a jug.",
        dimension='13" W x 15" H',
        price=59_95,
    ),
)


def bouquet(code: str) -> Bouquet:
    """Return the bouquet of this code; raises Refused when there is none."""
    for candidate in BOUQUETS:
        if candidate.code == code:
            return candidate
    raise Refused("invalid product code")


def in_category(category: str) -> list[Bouquet]:
    """Return what is sold for an occasion; raises Refused for a category that nobody knows."""
    found = [candidate for candidate in BOUQUETS if candidate.category == category]
    if not found:
        raise Refused("invalid category")
    return found

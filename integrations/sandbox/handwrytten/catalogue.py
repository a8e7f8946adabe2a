"""What can be had: cards with their prices, postage not in them, and the hands in which they are written."""

from dataclasses import dataclass
from typing import Any

from app.domain.money import Money

POSTAGE = Money(minor=1_50, currency="USD")
_PICTURES = "https://cdn.handwrytten.example"  # never fetched by anyone


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    id: int
    name: str
    minor: int
    quantity: int = 5_000
    width: int = 34  # letters in a line
    height: int = 15  # lines

    def as_json(self, *, dearer: int = 0) -> dict[str, Any]:
        """Return the card as it is listed, so many cents dearer than it was."""
        price = Money(minor=self.minor + dearer, currency="USD")
        return {
            "id": self.id,
            "name": self.name,
            "category_id": 2,
            "cover": f"{_PICTURES}/{self.id}.jpg",
            "orientation": "L",
            "price": float(price.text),
            "quantity": self.quantity,
            "width": self.width,
            "height": self.height,
        }


CARDS = (
    Card(id=101, name="Wildflowers", minor=3_75),
    Card(id=102, name="Thank you, in letterpress", minor=3_25),
    Card(id=103, name="Thinking of you", minor=4_50),
    Card(id=104, name="Merry everything", minor=3_75, quantity=0),
)
FONTS = {"hwDavid": "Casual David", "hwJenna": "Fancy Jenna"}


def card(key: object) -> Card | None:
    """Return the card with this number, or None."""
    return next((each for each in CARDS if str(each.id) == str(key)), None)


def fonts() -> list[dict[str, str]]:
    """Return the hands as they are listed."""
    return [{"id": key, "label": label, "image": f"{_PICTURES}/{key}.png"} for key, label in FONTS.items()]

"""What Lob says by itself: that something became of a piece, and its number. The whole piece is in it; it is let be."""

import re

from pydantic import BaseModel

from app.domain.errors import Malformed
from integrations.strict_json import understand

_ID = re.compile(r"[A-Za-z]{2,8}_[0-9A-Za-z]{1,60}")


class News(BaseModel):
    reference_id: str


def references(body: bytes) -> tuple[str, ...]:
    """Return of which piece there is news. Raises Malformed."""
    said = understand(News, body).reference_id
    if not _ID.fullmatch(said):
        raise Malformed("reference_id: not a name")
    return (said,)

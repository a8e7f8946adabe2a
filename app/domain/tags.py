"""Tags as stores compare them."""

import unicodedata


def folded(tag: str) -> str:
    """Return what two tags have in common that are one to the store: in capitals or not, accents this way or that."""
    return unicodedata.normalize("NFC", tag.strip()).casefold()

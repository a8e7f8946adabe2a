"""How deeds are named: the same words are the same deed, and any of them fits the ledger's column."""

import hashlib

LONGEST_KEY = 200  # what agents type is part of some keys, and the ledger's column ends somewhere


def key_of(*parts: str | int) -> str:
    """Return the name that these parts make; what is too long ends in a digest of all of it."""
    whole = ":".join(str(part) for part in parts if part != "")
    if len(whole) <= LONGEST_KEY:
        return whole
    digest = hashlib.sha256(whole.encode()).hexdigest()[:32]
    return f"{whole[: LONGEST_KEY - len(digest) - 1]}:{digest}"

"""Who writes to a helpdesk, as far as it can say, and what it means that no customer of the store fits."""

import re
from dataclasses import dataclass

MOST_EMAILS, MOST_PHONES = 10, 5  # of one person; more than that is no person's, and each may be a call to the store
_LONGEST_EMAIL = 320
_BETWEEN = re.compile(r"[,;\r\n]+")
_SPACING = re.compile(r"\(0\)|[\s().\-/\u2010-\u2015\u202a-\u202e\u2066-\u2069]")
_INTERNATIONAL = re.compile(r"(?a:\+[1-9]\d{6,14})")
_STORE_ID = re.compile(r"(?a:[1-9]\d{0,18})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Correspondent:
    """Whoever wrote: e-mails in lower case, telephones in E.164, and the store's number as the helpdesk says it."""

    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    store_id: int | None = None

    def at(self, email: str | None) -> "Correspondent":
        """Return the same person, who wrote from this address."""
        known = (email, *self.emails) if email else self.emails
        return Correspondent(
            emails=tuple(dict.fromkeys(known))[:MOST_EMAILS], phones=self.phones[:MOST_PHONES], store_id=self.store_id
        )


UNSAID = Correspondent()


@dataclass(frozen=True, slots=True, kw_only=True)
class Nobody:
    """Why no customer of the store is taken for the one who wrote: a code for counting, a sentence for people."""

    code: str
    because: str


SEVERAL = Nobody(
    code="several_match",
    because="More than one customer of the store fits this ticket, so nobody is taken for the one who wrote.",
)


def unknown(who: Correspondent) -> Nobody:
    """Return that nobody has any of these addresses and numbers."""
    mails = {0: "", 1: "e-mail address"}.get(len(who.emails), "e-mail addresses")
    phones = {0: "", 1: "phone number"}.get(len(who.phones), "phone numbers")
    ways = " or ".join(filter(None, (mails, phones)))
    if not ways:
        return Nobody(
            code="no_match", because="This ticket names no e-mail address and no phone number of the customer's."
        )
    return Nobody(code="no_match", because=f"No customer of the store has this ticket's {ways}.")


def read(channels: str, store_id: str = "") -> Correspondent:
    """Return who is meant by addresses and numbers with commas between, as a helpdesk lists them.

    What is neither is left out, as is a store's number that cannot be one: other systems keep theirs there.
    """
    parts = [part.strip() for part in _BETWEEN.split(channels)]
    phones = [found for part in parts if "@" not in part and (found := telephone(part)) is not None]
    said = store_id.strip()
    number = int(said) if _STORE_ID.fullmatch(said) else 0
    return Correspondent(
        emails=tuple(dict.fromkeys(filter(None, map(address, parts))))[:MOST_EMAILS],
        phones=tuple(dict.fromkeys(phones))[:MOST_PHONES],
        store_id=number if 0 < number < 2**63 else None,
    )


def address(text: str) -> str | None:
    """Return an e-mail address as addresses are compared; None for what is none."""
    found = text.strip().lower()
    before, at, after = found.rpartition("@")
    proper = before and at and after and len(found) <= _LONGEST_EMAIL and not re.search(r"\s", found)
    return found if proper else None


def telephone(text: str) -> str | None:
    """Return a telephone number in E.164, as the store keeps them; None where its country must be guessed."""
    bare = _SPACING.sub("", text)
    found = f"+{bare[2:]}" if bare.startswith("00") else bare
    return found if _INTERNATIONAL.fullmatch(found) else None

"""Finds a person in everything that is kept: one of their names leads to the next, until nothing new turns up."""

import json
from dataclasses import dataclass

from app.domain.correspondents import telephone
from app.domain.mail import digest
from app.domain.people import Person
from app.store import shops, traces
from app.store.base import reading
from app.store.shops import Merchant
from app.store.traces import Kept
from integrations import registry
from jobs.runtime import World

BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A person as well as we know them, and the deliveries that name them."""

    person: Person
    letters: frozenset[int] = frozenset()


def find(world: World, merchant: Merchant, person: Person) -> Found:
    """Return everything that leads to a person."""
    found = Found(person=_with_number(world, merchant, person))
    while True:
        with reading(world.sessions) as session:
            key = shops.mail_key(session, shop_id=merchant.id, seal=world.seal)
            person = traces.known_better(
                session,
                shop_id=merchant.id,
                person=found.person,
                letters=found.letters,
                digests=[] if key is None else [digest(telephone(word) or word, key) for word in found.person.words],
            )
        better = _read_letters(world, merchant, person)
        if better == found:
            return found
        found = better


def names(person: Person, body: bytes) -> bool:
    """Return whether a body speaks of the person, however its letters are escaped."""
    return person.is_named_in(_plain(body))


def _read_letters(world: World, merchant: Merchant, person: Person) -> Found:
    letters: set[int] = set()
    known, last = person, 0
    while batch := _batch(world, merchant, last):
        last = batch[-1].id
        for kept in batch:
            if names(person, kept.body):
                letters.add(kept.id)
                known |= _said_of(person, kept)
    return Found(person=known, letters=frozenset(letters))


def _batch(world: World, merchant: Merchant, after: int) -> list[Kept]:
    with reading(world.sessions) as session:
        return traces.letters(session, shop_id=merchant.id, after=after, limit=BATCH)


def _said_of(person: Person, kept: Kept) -> Person:
    """Return what a body says of the person; nothing when it is somebody else whom it names in full."""
    read = registry.PEOPLE.get(kept.source)
    said = read(kept.topic, kept.body) if read is not None else Person()  # what a newer version kept leads no further
    same = not (said.ids.isdisjoint(person.ids) and said.words.isdisjoint(person.words))
    return said if same else Person()


def _with_number(world: World, merchant: Merchant, person: Person) -> Person:
    """Ask the store whose an address is, where the address is all that was said and the store still lets us in."""
    outside = world.outside(merchant) if merchant.installed and not person.ids else None
    if outside is None:
        return person
    emails = [word for word in sorted(person.words) if "@" in word]
    numbers = [outside.shop.customer_by_email(email) for email in emails]
    return person | Person(ids=frozenset(number for number in numbers if number is not None))


def _plain(body: bytes) -> str:
    text = body.decode(errors="replace")
    if "\\u" not in text:
        return text
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except (ValueError, RecursionError):
        return text

"""What a storm leaves behind on the disk: a trail that must be whole, and files that must not hold what is secret."""

import re
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select

from app.launcher.state import StateFolder
from app.store import chain
from app.store.base import Base, reading
from app.store.sealed import Seal
from integrations.sandbox.books import Books
from integrations.sandbox.store.grants import ACCESS, REFRESH
from tests.torture.chaos.books import Ledger
from tests.torture.chaos.promises import Row

_WORD = re.compile(r"[\w.+@-]{8,}")
NOT_OURS = ("sandbox",)  # whose log this is


def untrue_trails(books: Ledger, folder: Path, shops: tuple[Row, ...]) -> Iterator[str]:
    """Yield what is wrong with the shops' trails."""
    keys = StateFolder(path=folder, lock=-1).recall()["SEAL_KEYS"]
    seal = Seal.from_settings((keys,))
    for shop in shops:
        with reading(books.sessions) as session:
            for fault in chain.faults(session, shop_id=shop["id"], seal=seal):
                yield f"the trail of {shop['domain']}: {fault}"


def spilt(books: Ledger, folder: Path) -> Iterator[str]:
    """Yield where a token lies open that the store ever gave us, or in logs and Redis a customer's address.

    The database keeps what webhooks said, addresses included; nothing else may.
    """
    secret = _secrets(folder)
    for path in (*(folder / "log").glob("*.log"), *(folder / "redis").rglob("*")):
        if path.is_file() and path.stem not in NOT_OURS:
            said = _words(path.read_text(errors="replace"))
            yield from sorted({f"{path.name} holds {secret[word]}" for word in said & set(secret)})
    with reading(books.sessions) as session:
        for name, table in Base.metadata.tables.items():
            said = {word for row in session.execute(select(table)) for word in _words(str(row))}
            if any(secret[word] == "a token" for word in said & set(secret)):
                yield f"table {name} holds a token"


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text))


def _secrets(folder: Path) -> dict[str, str]:
    """Return every token that the store gave, and every customer's e-mail address, with what it is."""
    books = Books(folder / "town.db")
    try:
        with books.turn() as turn:
            tokens = {str(each["token"]): "a token" for kind in (ACCESS, REFRESH) for each in turn.all(kind)}
            people = {str(each["email"]): "an address" for each in turn.all("customers") if each["email"]}
    finally:
        books.close()
    return tokens | people

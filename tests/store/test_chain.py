"""The chain of seals: whoever changes, removes, swaps, slips in or cuts off is found out, on either database."""

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import Connection, text

from app.store import chain
from app.store.base import Sessions, unit_of_work
from app.store.chain import Head
from app.store.sealed import Seal
from tests.builders import paid, refund
from tests.store.crowd import at_once
from tests.store.ledger_steps import Steps

Touch = Callable[[Connection], object]


def seal_all(steps: Steps, seal: Seal) -> Head | None:
    with unit_of_work(steps.sessions) as session:
        return chain.seal_some(session, shop_id=steps.shop_id, seal=seal)


def faults(steps: Steps, seal: Seal, known: Head | None = None) -> list[str]:
    with unit_of_work(steps.sessions) as session:
        return chain.faults(session, shop_id=steps.shop_id, seal=seal, known=known)


@pytest.fixture
def sealed(steps: Steps, seal: Seal) -> Head:
    """The head of a chain of seven rows."""
    for number in (1, 2):
        steps.done(steps.sent(steps.planned(paid(refund(order_id=number))).id))
    head = seal_all(steps, seal)
    assert head is not None
    return head


def test_given_rows_without_seals_when_sealed_then_the_chain_is_whole_and_nothing_is_left(
    steps: Steps, seal: Seal, sealed: Head
) -> None:
    assert sealed.place == 7  # the installation, and three moves of each deed
    assert seal_all(steps, seal) is None
    assert faults(steps, seal, sealed) == []


def test_given_a_chain_when_more_is_told_and_sealed_then_it_goes_on_where_it_ended(
    steps: Steps, seal: Seal, sealed: Head
) -> None:
    steps.planned(paid(refund(order_id=3)))
    assert faults(steps, seal) == []  # what is not sealed yet breaks nothing

    sealed_again = seal_all(steps, seal)
    assert sealed_again == head(steps)
    assert sealed_again.place == 8
    assert faults(steps, seal, sealed) == []


def test_given_many_sealers_at_once_when_they_seal_then_every_row_has_one_place(
    steps: Steps, seal: Seal, sealed: Head
) -> None:
    for number in range(3, 9):
        steps.planned(paid(refund(order_id=number)))

    at_once(6, lambda _number: seal_all(steps, seal))

    seal_all(steps, seal)  # those that found somebody else at it had left it to them
    assert head(steps).place == sealed.place + 6
    assert faults(steps, seal, sealed) == []


def run(statement: str, connection: Connection) -> None:
    connection.execute(text(statement))


def swap(connection: Connection) -> None:
    run("UPDATE trail SET place = 20 WHERE place = 2", connection)
    run("UPDATE trail SET place = 2 WHERE place = 3", connection)
    run("UPDATE trail SET place = 3 WHERE place = 20", connection)


def cut_off_with_its_head(connection: Connection) -> None:
    run("DELETE FROM trail WHERE place = 7", connection)
    run("UPDATE trail_heads SET place = 6, seal = (SELECT seal FROM trail WHERE place = 6)", connection)


FORGED = """
    INSERT INTO trail (shop_id, what, who, why, effect_id, place, seal)
    SELECT shop_id, 'done', 'house', '', effect_id, 8, seal FROM trail WHERE place = 7
"""
OLDER = "UPDATE trail SET at = '2020-01-01 00:00:00' WHERE place = 2"
TOUCHES: dict[str, tuple[Touch, str]] = {
    "changed amount": (partial(run, "UPDATE trail SET amount_minor = 1 WHERE place = 2"), "not what was sealed"),
    "changed name": (partial(run, "UPDATE trail SET who = 'x' WHERE place = 2"), "not what was sealed"),
    "changed moment": (partial(run, OLDER), "not what was sealed"),
    "removed row": (partial(run, "DELETE FROM trail WHERE place = 2"), "place 2 of the chain is missing"),
    "swapped rows": (swap, "not what was sealed at place 2"),
    "forged row": (partial(run, FORGED), "not what was sealed at place 8"),
    "cut end": (partial(run, "DELETE FROM trail WHERE place = 7"), "ends at place 6, its head is at place 7"),
    "cut off with its head": (cut_off_with_its_head, "ends at place 6; it once reached place 7"),
    "another chain": (partial(run, "DELETE FROM trail_heads"), "the head of their chain is gone"),
}


@pytest.mark.parametrize("touch", TOUCHES)
def test_given_a_sealed_trail_when_tampered_with_behind_the_databases_back_then_it_is_found_out(
    steps: Steps, seal: Seal, sealed: Head, touch: str
) -> None:
    meddle, words = TOUCHES[touch]
    behind_its_back(steps.sessions, meddle)

    assert words in "; ".join(faults(steps, seal, sealed))


def test_given_a_row_slipped_in_before_it_was_sealed_when_compared_with_the_ledger_then_it_is_found_out(
    steps: Steps, seal: Seal, sealed: Head
) -> None:
    with unit_of_work(steps.sessions) as session:
        session.execute(
            text(
                "INSERT INTO trail (shop_id, what, who, why, effect_id) SELECT shop_id, 'refused', 'house', '', "
                "effect_id FROM trail WHERE place = 2"
            )
        )
    seal_all(steps, seal)

    (fault,) = faults(steps, seal, sealed)
    assert "the trail says refused, the ledger done" in fault


def test_given_another_key_when_seals_are_recomputed_then_nobody_could_have_made_them_without_it(
    steps: Steps, seal: Seal, sealed: Head
) -> None:
    """Rewrite a row and every seal after it, as somebody would who has the database and the code, and no key."""
    other = seal.close((b"x" * 32).hex(), place=f"trail_heads.sealed_key:{steps.shop_id}")

    def rewrite(connection: Connection) -> None:
        run("UPDATE trail SET place = NULL, seal = NULL", connection)
        run("UPDATE trail SET amount_minor = 1 WHERE what = 'planned'", connection)
        anew = text("UPDATE trail_heads SET place = 0, seal = '', sealed_key = :key")
        connection.execute(anew, {"key": other})

    behind_its_back(steps.sessions, rewrite)
    seal_all(steps, seal)

    assert f"another seal than the one known for place {sealed.place}" in "; ".join(faults(steps, seal, sealed))


def head(steps: Steps) -> Head:
    with unit_of_work(steps.sessions) as session:
        found = chain.head_of(session, shop_id=steps.shop_id)
    assert found is not None
    return found


def behind_its_back(sessions: Sessions, meddle: Touch) -> None:
    """Do something that the triggers would refuse, as whoever owns the database can."""
    with sessions.kw["bind"].begin() as connection:
        if connection.dialect.name == "sqlite":
            triggers = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
            for name, _ in triggers:
                run(f"DROP TRIGGER {name}", connection)
            meddle(connection)
            for _, sql in triggers:
                connection.exec_driver_sql(sql)
        else:
            run("ALTER TABLE trail DISABLE TRIGGER USER", connection)
            meddle(connection)
            run("ALTER TABLE trail ENABLE TRIGGER USER", connection)

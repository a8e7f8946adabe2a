"""How the database goes about a statement: which index it takes, and what it walks through."""

from sqlalchemy import event

from app.store.base import Session


class listening:  # noqa: N801  # reads as what it does
    """Note every statement that begins so, with its values, as long as the block runs."""

    def __init__(self, engine: object, asked: list[tuple[str, object]], *, begins: str = "SELECT") -> None:
        self._engine, self._asked, self._begins = engine, asked, begins

    def __enter__(self) -> None:
        event.listen(self._engine, "before_cursor_execute", self._note)

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._note)

    def _note(self, _connection: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        if statement.startswith(self._begins):
            self._asked.append((statement, values))


def plans(session: Session, statement: str, values: object) -> list[str]:
    """Return the steps of the plan, as the database words them."""
    how = "EXPLAIN QUERY PLAN" if session.get_bind().dialect.name == "sqlite" else "EXPLAIN"
    rows = session.connection().exec_driver_sql(f"{how} {statement}", values)
    return [str(row[-1]) for row in rows]

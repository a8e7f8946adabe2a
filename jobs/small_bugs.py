"""A bug that one row wakes stays with that row."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import structlog
from rq.timeouts import JobTimeoutException

from app.store.deeds import Unreadable

Outcome = TypeVar("Outcome")
Row = TypeVar("Row")

log = structlog.get_logger("drain")


@contextmanager
def kept_small(event: str, shop_id: int, row_id: int) -> Iterator[None]:
    """Let one bad row fail alone. It keeps its lease, so it comes back later, and its tries are counted.

    What only another version understands is no bug.
    """
    try:
        yield
    except JobTimeoutException:
        raise
    except Unreadable:
        log.warning("row.unreadable", shop=shop_id, row=row_id)
    except Exception:
        log.exception(event, shop=shop_id, row=row_id)


def or_none(event: str, shop_id: int, row_id: int, act: Callable[[], Outcome]) -> Outcome | None:
    """Return what comes of acting on a row; None when a bug came of it, which is in the log."""
    outcome: list[Outcome] = []
    with kept_small(event, shop_id, row_id):
        outcome.append(act())
    return next(iter(outcome), None)


def together_or_alone(
    event: str, shop_id: int, rows: Sequence[Row], act: Callable[[Sequence[Row]], None], number: Callable[[Row], int]
) -> None:
    """Act on all rows in one transaction; should that fail, on each in its own, so that only the bad one fails."""
    if len(rows) > 1:
        try:
            act(rows)
        except JobTimeoutException:
            raise
        except Exception as fault:  # noqa: BLE001  # whoever fails alone is named in full
            log.warning("rows.one_by_one", shop=shop_id, count=len(rows), because=type(fault).__name__)
        else:
            return
    for row in rows:
        with kept_small(event, shop_id, number(row)):
            act([row])

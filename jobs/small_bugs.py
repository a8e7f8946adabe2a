"""A bug that one row wakes stays with that row."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from rq.timeouts import JobTimeoutException

from app.store.deeds import Unreadable

log = structlog.get_logger("drain")


@contextmanager
def kept_small(event: str, shop_id: int, row_id: int, stuck: set[int] | None = None) -> Iterator[None]:
    """Let one bad row fail alone. It keeps its lease, so it comes back later, and its tries are counted.

    Where it could not even be leased, it is one of the `stuck`. What only another version understands is no bug.
    """
    try:
        yield
    except JobTimeoutException:
        raise
    except Unreadable:
        if stuck is not None:
            stuck.add(row_id)
        log.warning("row.unreadable", shop=shop_id, row=row_id)
    except Exception:
        if stuck is not None:
            stuck.add(row_id)
        log.exception(event, shop=shop_id, row=row_id)

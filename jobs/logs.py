"""One JSON line per thing that happened, named by a dotted event; with ids, never with bodies, names or addresses."""

import logging
import sys
from typing import TextIO

import structlog
from structlog.typing import Processor

_DATED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,  # the number of the request in hand
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)
_WRITTEN: tuple[Processor, ...] = (
    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
    structlog.processors.format_exc_info,
    structlog.processors.JSONRenderer(sort_keys=False),
)


def start(process: str, *, to: TextIO | None = None) -> None:
    """Send this process's log lines to standard output, or elsewhere when that is for a person's eyes."""
    stream = to or sys.stdout
    handler = logging.StreamHandler(stream)
    # What libraries say becomes a line like ours: their words may be a stranger's, with line breaks in them.
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_DATED, processors=_WRITTEN))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    structlog.configure(
        processors=[*_DATED, structlog.processors.format_exc_info, structlog.processors.JSONRenderer(sort_keys=False)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(stream),
    )
    structlog.get_logger().info("process.started", process=process)

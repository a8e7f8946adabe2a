"""One JSON line per thing that happened, named by a dotted event; with ids, never with bodies, names or addresses."""

import logging
import sys
from typing import TextIO

import structlog


def start(process: str, *, to: TextIO | None = None) -> None:
    """Send this process's log lines to standard output, or elsewhere when that is for a person's eyes."""
    stream = to or sys.stdout
    logging.basicConfig(stream=stream, level=logging.WARNING, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(sort_keys=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(stream),
    )
    structlog.get_logger().info("process.started", process=process)

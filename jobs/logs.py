"""One JSON line per thing that happened, named by a dotted event; with ids, never with bodies, names or addresses."""

import logging
import sys

import structlog


def start(process: str) -> None:
    """Send this process's log lines to standard output."""
    logging.basicConfig(stream=sys.stdout, level=logging.WARNING, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(sort_keys=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(),
    )
    structlog.get_logger().info("process.started", process=process)

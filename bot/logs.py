"""Log events: one JSON object a line on standard error, static names with fields, never payloads or secrets."""

from __future__ import annotations

import logging
import sys

import structlog


def configure_logs(level: str = "INFO") -> None:
    """Set up logging for the process; ``level`` is one of Python's names."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # Bolt, slack_sdk and botocore log whole bodies at INFO and DEBUG.
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr, format='{"level":"%(levelname)s","logger":"%(name)s"}')

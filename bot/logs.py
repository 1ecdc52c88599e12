"""Log events: one JSON object a line on standard error, static names with fields, never payloads or secrets."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

import structlog


class LibraryFormatter(logging.Formatter):
    """What other packages log, as one JSON object: who, how bad, and the kind of error.

    Their messages and tracebacks are left out: they hold bodies and tokens, and run over several lines, which whoever
    wrote the body could forge.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line of ASCII."""
        kind = record.exc_info[0] if record.exc_info else None
        fields = {
            "event": "library_logged",
            "logger": record.name,
            "error": kind.__name__ if kind else None,
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
        }
        return json.dumps(fields)


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
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LibraryFormatter())
    logging.basicConfig(level=logging.ERROR, handlers=[handler])

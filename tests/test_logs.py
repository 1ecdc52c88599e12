"""Logging as the process sets it up, in a process of its own: whoever logs, standard error holds lines of JSON."""

from __future__ import annotations

import json
import subprocess
import sys

PROGRAM = """
import asyncio, logging, structlog
from bot.logs import configure_logs

configure_logs()
structlog.get_logger().error("ours", text="a\\nb\\u2028<!channel>")
try:
    raise ValueError("secret\\n{\\"event\\": \\"forged\\"}")
except ValueError:
    logging.getLogger("library").exception("body: %s", "secret\\nforged")

async def main():
    asyncio.get_running_loop().call_exception_handler({"message": "secret\\nforged", "exception": OSError("secret")})

asyncio.run(main())
logging.getLogger("library").warning("not heard")
"""


def test_every_line_is_an_object_whoever_logs() -> None:
    """Ours, a library's traceback and asyncio's are one line each; no word of the others' messages is in them."""
    ended = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True)  # noqa: S603 - Our own words.
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    said = [(line["event"], line.get("logger"), line.get("error")) for line in lines]
    assert said == [
        ("ours", None, None),
        ("library_logged", "library", "ValueError"),
        ("library_logged", "asyncio", "OSError"),
    ]
    assert lines[0]["text"] == "a\nb\u2028<!channel>"
    assert "secret" not in ended.stderr

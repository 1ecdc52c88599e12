"""The words of ``anchorwatch sandbox``; what it runs is loaded only when it runs."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from bot.sandbox.scenarios import TITLES

_FAILED = 1


def add_sandbox(commands: Any) -> None:  # noqa: ANN401 - argparse keeps the type of sub-parsers private.
    """Add the command's words and options to those of ``anchorwatch``."""
    sandbox = commands.add_parser(
        "sandbox",
        help="try the whole product on this machine: no accounts, no network",
        description="Run the bot against a Slack look-alike with a page and an AWS stand-in, on this machine only.",
    )
    plays = sandbox.add_mutually_exclusive_group()
    plays.add_argument("--play", action="store_true", help="run the whole story without a browser, print it, and end")
    plays.add_argument(
        "--scenario",
        metavar="NAME",
        choices=list(TITLES),
        help=f"show another detection instead, whose truth is known: {', '.join(TITLES)}",
    )
    sandbox.add_argument("--port", type=int, default=8765, help="port of the page (default: 8765; 0 takes a free one)")
    sandbox.add_argument("--socket", action="store_true", help="bring clicks over Socket Mode instead of HTTP")
    sandbox.set_defaults(do=_sandbox)


async def _sandbox(arguments: argparse.Namespace) -> int:
    try:
        from bot.sandbox.run import run_sandbox  # noqa: PLC0415 - moto is an extra and takes long.
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] in ("moto", "flask", "werkzeug"):
            print("anchorwatch sandbox needs the extra: pip install 'anchorwatch[sandbox]'", file=sys.stderr)
            return _FAILED
        raise
    code: int = await run_sandbox(
        play=arguments.play, port=arguments.port, socket_mode=arguments.socket, scenario=arguments.scenario
    )
    return code

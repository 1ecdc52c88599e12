"""The ``anchorwatch codes`` command: who has one-time codes. The bot reads their file at each use."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.code_settings import FILE, KEYS
from bot.domain.errors import BadSettings

if TYPE_CHECKING:
    from bot.adapters.code_secrets import CodeSecrets

_USER = re.compile(r"[UW][A-Z0-9]{1,20}")


def add_codes(commands: Any) -> None:  # noqa: ANN401 - argparse keeps the type of sub-parsers private.
    """Add the command to the others."""
    codes = commands.add_parser(
        "codes",
        help="give people one-time codes for their yes",
        description=f"Keep the secrets of people's one-time codes in the file that {FILE} names, encrypted with the "
        f"first key of {KEYS}. Approval rules say what needs a code.",
    )
    verbs = codes.add_subparsers(dest="verb", required=True, metavar="VERB")
    key = verbs.add_parser("new-key", help=f"print a key for {KEYS}", description=f"Print a new key for {KEYS}.")
    key.set_defaults(do=_new_key)
    add = verbs.add_parser(
        "add",
        help="give somebody a new secret and print it once",
        description="Give somebody a new secret instead of any earlier one, and print it for their authenticator app. "
        "It is shown this once: hand it over in person, not through Slack.",
    )
    remove = verbs.add_parser("remove", help="take somebody's secret away", description="Take somebody's secret away.")
    for one, do in ((add, _add), (remove, _remove)):
        one.add_argument("user", metavar="USER", type=_user, help="the Slack user id, such as U0123456789")
        one.set_defaults(do=do)
    listed = verbs.add_parser("list", help="list who has one", description="List the user ids of those who have one.")
    listed.set_defaults(do=_list)


def _user(text: str) -> str:
    if not _USER.fullmatch(text):
        raise argparse.ArgumentTypeError("must be a Slack user id such as U0123456789")
    return text


def _secrets() -> CodeSecrets:
    from bot.adapters.code_secrets import CodeSecrets, is_key  # noqa: PLC0415 - Only for this command.
    from bot.settings import some_settings  # noqa: PLC0415 - As above.

    values = some_settings((FILE, KEYS))
    keys = values[KEYS]
    if not values[FILE] or not isinstance(keys, tuple) or not keys:
        raise BadSettings((f"{FILE} and {KEYS}: both must be set for this",))
    if not all(map(is_key, keys)):
        raise BadSettings((f"{KEYS}: is not what `anchorwatch codes new-key` prints",))
    return CodeSecrets(Path(str(values[FILE])), keys)


async def _new_key(arguments: argparse.Namespace) -> int:
    from bot.adapters.code_secrets import new_key  # noqa: PLC0415 - As above.

    del arguments
    sys.stdout.write(f"{new_key()}\n")
    return 0


async def _add(arguments: argparse.Namespace) -> int:
    from bot.adapters.one_time_codes import enrolment_uri, new_secret  # noqa: PLC0415 - As above.

    secret = new_secret()
    _secrets().keep(arguments.user, secret)
    sys.stdout.write(f"secret {secret}\nlink   {enrolment_uri(arguments.user, secret)}\n")
    return 0


async def _remove(arguments: argparse.Namespace) -> int:
    if _secrets().drop(arguments.user):
        return 0
    sys.stderr.write(f"anchorwatch: {arguments.user} has no one-time codes\n")
    return 1


async def _list(arguments: argparse.Namespace) -> int:
    del arguments
    sys.stdout.writelines(f"{one}\n" for one in _secrets().people())
    return 0

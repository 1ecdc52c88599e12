"""The ``anchorwatch`` command."""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import shutil
import sys
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.approvals_command import add_approvals
from bot.codes_command import add_codes
from bot.domain.errors import BadInput, BadSettings, LogDamaged, StoreUnavailable
from bot.domain.visible_text import visible
from bot.iam_command import add_iam
from bot.sandbox.command import add_sandbox

OK, FAILED, WRONG_USE = 0, 1, 2

Command = Callable[[argparse.Namespace], Coroutine[Any, Any, int]]


def build_parser() -> argparse.ArgumentParser:
    """The command's words and options."""
    parser = argparse.ArgumentParser(
        prog="anchorwatch",
        description="Slack responder for IAM Roles Anywhere trust anchors created with an external CA.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="serve, until SIGTERM", description="Serve, until SIGTERM or SIGINT.")
    run.set_defaults(do=_run)
    for add in (add_sandbox, add_iam, add_approvals, add_codes, _add_evaluate, _add_audit, _add_inspect_ca, _add_reach):
        add(commands)
    quarantine = commands.add_parser(
        "quarantine",
        help="list the messages that were put aside",
        description="List the messages that could not be understood and were put aside, as JSON Lines.",
    )
    quarantine.set_defaults(do=_quarantine)
    return parser


def _add_evaluate(commands: Any) -> None:  # noqa: ANN401 - argparse keeps the type of sub-parsers private.
    evaluate = commands.add_parser(
        "evaluate",
        help="judge messages offline: JSON Lines in, JSON Lines out",
        description="Judge messages offline, one message body a line; print one JSON object for each event found. "
        "A line that can't be read is an object with an error. Exit 2 when the file can't be read.",
    )
    evaluate.add_argument(
        "file", metavar="FILE", nargs="?", default="-", help="the messages; without it or with -, standard input"
    )
    evaluate.set_defaults(do=_evaluate)


def _add_audit(commands: Any) -> None:  # noqa: ANN401 - As above.
    audit = commands.add_parser("audit", help="export and check the audit log", description="Read the audit log.")
    verbs = audit.add_subparsers(dest="verb", required=True, metavar="VERB")
    export = verbs.add_parser(
        "export", help="print a case's log as JSON Lines", description="Print a case's log as JSON Lines."
    )
    export.add_argument("case", metavar="CASE", help="the case id that the card shows (AW-…), or an id ATT-… or OPS-…")
    export.set_defaults(do=_audit_export)
    verify = verbs.add_parser(
        "verify",
        help="recompute the chain of hashes",
        description="Recompute the chain of hashes; exit 1 with the first bad entry when anything was changed.",
    )
    verify.add_argument("file", metavar="FILE", nargs="?", help="an export; without it, the whole case log")
    verify.set_defaults(do=_audit_verify)


_INSPECT_CA_WORDS = (
    "With --json, names are RFC 4514 text (types that it gives no short name are numbers), hex is lower-case and "
    "without leading zeros, dates are ISO 8601 in UTC. key_type is RSA, EC, DSA, Ed25519, Ed448, X25519, X448, "
    "ML-DSA-44, -65 or -87, or unknown with its number; key_bits is null for ML-DSA and for keys that can't be read. "
    "signature_algorithm is the usual name (sha256WithRSAEncryption, ecdsa-with-SHA256, Ed25519 ...) or the number. "
    "key_usage has the names of RFC 5280 and is empty when none is stated. self_issued compares the names as RFC 5280 "
    "does; self_signed says whether the certificate's own key made its signature. null means that it can't be told. "
    "What stands there twice is listed once and has a finding; a finding's certificate is the sha256, or null for the "
    "whole input."
)


def _add_inspect_ca(commands: Any) -> None:  # noqa: ANN401 - As above.
    inspect = commands.add_parser(
        "inspect-ca",
        help="read the certificates of a CA and say what is odd about them",
        description="Read the certificates of a CA (PEM in any state, DER, or PKCS #7) and say what is odd about them. "
        "Fetches nothing. Exit 0: a certificate was read; 1: there is none that can be; 2: the file can't be read.",
        epilog=_INSPECT_CA_WORDS,
    )
    inspect.add_argument("file", metavar="FILE", help="the bundle; - reads standard input")
    inspect.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    _add_at(inspect, "ages and dates")
    inspect.set_defaults(do=_inspect_ca)


def _add_reach(commands: Any) -> None:  # noqa: ANN401 - As above.
    reach = commands.add_parser(
        "reach",
        help="say which roles the owner of a trust anchor's CA can become",
        description="Say which roles the owner of a trust anchor's CA can become, offline, out of AWS's answers: one "
        'JSON object {"trust_anchor": the detail of GetTrustAnchor, "profiles": those of ListProfiles, "roles": those '
        "of ListRoles}. Prints one JSON object for each role and enabled profile, and for each role in no enabled "
        "profile. Exit 2 when the file can't be read.",
    )
    reach.add_argument("file", metavar="FILE", help="the answers; - reads standard input")
    _add_at(reach, "conditions on the time")
    reach.set_defaults(do=_reach)


def _add_at(command: argparse.ArgumentParser, what: str) -> None:
    words = f"judge {what} as of then (ISO 8601, UTC without a zone; default: now)"
    command.add_argument("--at", metavar="TIME", type=_moment, help=words)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns 0 when it did its work, 1 when it failed, 2 when it was used wrongly."""
    arguments = build_parser().parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A name may hold letters that this terminal has not; stderr spells such letters out anyway.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code: int = asyncio.run(arguments.do(arguments))
        sys.stdout.flush()
        return code  # noqa: TRY300 - The errors of the command itself are what is caught below.
    except BadSettings as error:
        for mistake in error.mistakes:
            print(visible(mistake), file=sys.stderr)
        return WRONG_USE
    except (BadInput, StoreUnavailable, LogDamaged) as error:
        _complain(error)
        return FAILED
    except BrokenPipeError:
        # Whoever reads the output, such as head, has enough of it. What Python still holds goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt:
        return OK


async def _run(arguments: argparse.Namespace) -> int:
    from bot.logs import configure_logs  # noqa: PLC0415 - Each command loads only what it needs, so that it starts fast.
    from bot.process import serve  # noqa: PLC0415 - As above.
    from bot.settings import load_settings  # noqa: PLC0415 - As above.

    del arguments
    settings = load_settings()
    configure_logs()
    await serve(settings)
    return OK


async def _evaluate(arguments: argparse.Namespace) -> int:
    from bot.adapters.formats import Event, Ignored, found_in  # noqa: PLC0415 - As above.
    from bot.adapters.formats.json_text import MAX_BODY_BYTES  # noqa: PLC0415 - As above.
    from bot.adapters.json_lines import read_lines, write_lines  # noqa: PLC0415 - As above.
    from bot.adapters.terminal_bar import terminal_bar  # noqa: PLC0415 - As above.
    from bot.adapters.x509 import CertificateReader  # noqa: PLC0415 - As above.
    from bot.service.evaluate import Evaluate, Finding  # noqa: PLC0415 - As above.

    def find(body: bytes) -> list[Finding]:
        found = ((one.form, one.result) for one in found_in(body))
        return [
            Finding(
                form, what.detection if isinstance(what, Event) else what.reason if isinstance(what, Ignored) else what
            )
            for form, what in found
        ]

    evaluate = Evaluate(find, CertificateReader, MAX_BODY_BYTES)
    # Where both go to one terminal, the bar would stand between the lines.
    with terminal_bar(sys.stderr, wanted=not sys.stdout.isatty()) as bar:
        try:
            write_lines(sys.stdout, evaluate(read_lines(arguments.file, MAX_BODY_BYTES, bar)))
        except BadInput as error:
            _complain(f"{error.at}: {error}")
            return WRONG_USE
    return OK


async def _audit_export(arguments: argparse.Namespace) -> int:
    from bot.service.audit_export import export_lines  # noqa: PLC0415 - As above.

    log = _open_log()
    try:
        found = False
        async for line in export_lines(log, arguments.case):
            found = True
            print(line)
    finally:
        await log.close()
    if not found:
        _complain(f"there is no case {arguments.case!r} in this log")
    return OK if found else FAILED


async def _audit_verify(arguments: argparse.Namespace) -> int:
    from bot.service.audit_verify import verify_file, verify_log  # noqa: PLC0415 - As above.

    if arguments.file:
        try:
            with Path(arguments.file).open("rb") as lines:
                result = verify_file(lines)
        except OSError as error:
            _complain(f"{arguments.file}: {error}")
            return WRONG_USE
    else:
        log = _open_log()
        try:
            result = await verify_log(log)
        finally:
            await log.close()
    # An export from elsewhere is quoted in it.
    print(visible(result.sentence()))
    return OK if result.ok else FAILED


async def _inspect_ca(arguments: argparse.Namespace) -> int:
    from bot.inspect_ca import inspect_ca, read_input  # noqa: PLC0415 - As above.

    try:
        data = read_input(arguments.file)
    except (OSError, ValueError) as error:
        _complain(f"{arguments.file}: {error}")
        return WRONG_USE
    inspection = inspect_ca(data, arguments.at)
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    print(inspection.as_json() if arguments.json else inspection.as_table(columns))
    return OK if inspection.ca.certificates else FAILED


async def _reach(arguments: argparse.Namespace) -> int:
    from bot.adapters.json_lines import write_lines  # noqa: PLC0415 - As above.
    from bot.reach_of import reach_rows, read_file  # noqa: PLC0415 - As above.

    try:
        write_lines(sys.stdout, reach_rows(read_file(arguments.file), arguments.at or datetime.now(UTC)))
    except BadInput as error:
        print(f"anchorwatch: {arguments.file}: {error.at} {error}", file=sys.stderr)
        return WRONG_USE
    except (OSError, ValueError) as error:
        print(f"anchorwatch: {arguments.file}: {error}", file=sys.stderr)
        return WRONG_USE
    return OK


async def _quarantine(arguments: argparse.Namespace) -> int:
    import json  # noqa: PLC0415 - As above.

    from bot.adapters.sqlite_quarantine import SqliteQuarantine  # noqa: PLC0415 - As above.

    del arguments
    log = _open_log()
    try:
        for one in await SqliteQuarantine(log.file).quarantined():
            line = {
                "id": one.quarantine_id,
                "at": one.at.isoformat(),
                "where": one.where,
                "code": one.code,
                "message": one.message,
                "position": one.position,
                "body": one.body.decode("utf-8", "replace"),
            }
            print(json.dumps(line))
    finally:
        await log.close()
    return OK


def _complain(about: object) -> None:
    """Say what went wrong, on one line: names of files and words of an input must not reach a terminal raw."""
    print(f"anchorwatch: {visible(str(about))}", file=sys.stderr)


def _open_log() -> Any:  # noqa: ANN401 - The adapter is loaded only by the commands that read it.
    from bot.adapters.sqlite_log import SqliteLog  # noqa: PLC0415 - As above.
    from bot.adapters.sqlite_schema import sqlite_path  # noqa: PLC0415 - As above.
    from bot.settings import store_setting  # noqa: PLC0415 - As above.

    return SqliteLog.open(sqlite_path(store_setting()), read_only=True)


if __name__ == "__main__":
    sys.exit(main())

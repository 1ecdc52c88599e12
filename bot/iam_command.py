"""The ``anchorwatch iam`` command: its options, and what it prints."""

from __future__ import annotations

import argparse
import re
import sys
from typing import Any

_ACCOUNT = re.compile(r"\d{12}")
_PRINCIPAL = re.compile(r"arn:(?P<partition>aws[a-z-]*):(iam|sts)::\d{12}:[\w+=,.@/-]+", re.ASCII)
_ROLE = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)
_DOMAIN = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+", re.ASCII)


def add_iam(commands: Any) -> None:  # noqa: ANN401 - argparse keeps the type of sub-parsers private.
    """Add the command to the others."""
    iam = commands.add_parser(
        "iam",
        help="print the policies of the roles that it needs in AWS",
        description="Print the permissions and trust policies of the two roles in the account of a trust anchor, made "
        "from the response actions and the guide's questions. Nothing is read from AWS or changed there.",
    )
    iam.add_argument(
        "--format",
        choices=("json", "cloudformation", "terraform"),
        default="json",
        help="json; a CloudFormation template; or Terraform's JSON syntax for a .tf.json file",
    )
    iam.add_argument("--role", choices=("read", "act", "both"), default="both", help="which role; both without it")
    iam.add_argument(
        "--account", required=True, type=_matching(_ACCOUNT, "an account id"), help="the account's 12 digits"
    )
    iam.add_argument(
        "--principal",
        required=True,
        type=_matching(_PRINCIPAL, "the ARN of a role or user"),
        help="ARN of what Anchorwatch runs as",
    )
    _add_options(iam)
    iam.set_defaults(do=_iam)


def _add_options(iam: argparse.ArgumentParser) -> None:
    """What may be left out."""
    iam.add_argument(
        "--read-role", default="anchorwatch-read", type=_matching(_ROLE, "a role's name"), help="the read role's name"
    )
    iam.add_argument(
        "--act-role", default="anchorwatch-act", type=_matching(_ROLE, "a role's name"), help="the act role's name"
    )
    iam.add_argument(
        "--external-id", type=_matching(_EXTERNAL_ID, "an external id"), help="as in ANCHORWATCH_EXTERNAL_ID"
    )
    iam.add_argument(
        "--email-domain",
        action="append",
        default=[],
        metavar="DOMAIN",
        type=_matching(_DOMAIN, "a domain in small letters"),
        help="let e-mail addresses of this domain name people, as in ANCHORWATCH_EMAIL_DOMAINS; repeatable",
    )
    iam.add_argument(
        "--without", action="append", default=[], metavar="ACTION", help="leave an action's permissions out; repeatable"
    )


def _matching(pattern: re.Pattern[str], what: str) -> Any:  # noqa: ANN401 - argparse takes any callable.
    def read(value: str) -> str:
        if not pattern.fullmatch(value):
            raise argparse.ArgumentTypeError(f"must be {what}")
        return value

    return read


async def _iam(arguments: argparse.Namespace) -> int:
    from bot.iam_policies import ACT, READ, Place, printed  # noqa: PLC0415 - Only for this command.
    from bot.registry import load_actions  # noqa: PLC0415 - As above.

    actions = load_actions()
    if unknown := sorted(set(arguments.without) - actions.keys()):
        sys.stderr.write(f"There is no action {unknown[0]}. There are: {', '.join(actions)}.\n")
        return 2
    partition = _PRINCIPAL.fullmatch(arguments.principal)
    place = Place(
        account=arguments.account,
        principal=arguments.principal,
        read_role=arguments.read_role,
        act_role=arguments.act_role,
        external_id=arguments.external_id,
        partition=partition["partition"] if partition else "aws",
        email_domains=tuple(arguments.email_domain),
    )
    wanted = [action for action in actions.values() if action.id not in arguments.without]
    roles = (READ, ACT) if arguments.role == "both" else (arguments.role,)
    sys.stdout.write(printed(arguments.format, roles, wanted, place))
    return 0

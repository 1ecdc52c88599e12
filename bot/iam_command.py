"""The ``anchorwatch iam`` command: its options, and what it prints."""

from __future__ import annotations

import argparse
import re
import sys
from typing import Any

from bot.domain.identity import ACCOUNT_ID
from bot.revocation_settings import POLICY_NAME

_PRINCIPAL = re.compile(r"arn:(?P<partition>aws[a-z-]*):(iam|sts)::\d{12}:[\w+=,.@/-]+", re.ASCII)
_ROLE = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)
_NAME = re.compile(r"[a-z0-9_]{1,255}", re.ASCII)
_REGION = re.compile(r"[a-z0-9-]{1,32}", re.ASCII)
_WORKGROUP = re.compile(r"[a-zA-Z0-9._-]{1,128}", re.ASCII)
_PLACE = re.compile(r"s3://[a-z0-9.-]{3,63}(/[\w!.*'()/=-]*)?", re.ASCII)
_KEY = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[\w-]+", re.ASCII)
_DOMAIN = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+", re.ASCII)


def add_iam(commands: Any) -> None:  # noqa: ANN401 - argparse keeps the type of sub-parsers private.
    """Add the command to the others."""
    iam = commands.add_parser(
        "iam",
        help="print the policies of the roles that it needs in AWS",
        description="Print the permissions and trust policies of the two roles in the account of a trust anchor, made "
        "from the response actions and the guide's questions; or of the role that queries Athena, in the log archive "
        "account. Nothing is read from AWS or changed there.",
    )
    iam.add_argument(
        "--format",
        choices=("json", "cloudformation", "terraform"),
        default="json",
        help="json; a CloudFormation template; or Terraform's JSON syntax for a .tf.json file",
    )
    iam.add_argument(
        "--role",
        choices=("read", "act", "both", "athena"),
        default="both",
        help="which role; read and act without it",
    )
    iam.add_argument(
        "--account", required=True, type=_matching(ACCOUNT_ID, "an account id"), help="the account's 12 digits"
    )
    iam.add_argument(
        "--principal",
        required=True,
        type=_matching(_PRINCIPAL, "the ARN of a role or user"),
        help="ARN of what Anchorwatch runs as",
    )
    _add_options(iam)
    _add_trail(iam)
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
        "--revoke-policy",
        metavar="NAME",
        type=_matching(re.compile(POLICY_NAME, re.ASCII), "a policy's name, perhaps with a path before it"),
        help="as in ANCHORWATCH_REVOKE_POLICY: what that needs, and the managed policy itself",
    )
    iam.add_argument(
        "--without", action="append", default=[], metavar="ACTION", help="leave an action's permissions out; repeatable"
    )


def _add_trail(iam: argparse.ArgumentParser) -> None:
    """What only the role that queries Athena needs; the names are those of the settings."""
    name = _matching(_NAME, "a name in small letters, digits and underscores")
    place = _matching(_PLACE, "s3://bucket/path")
    iam.add_argument(
        "--athena-role", default="anchorwatch-athena", type=_matching(_ROLE, "a role's name"), help="its name"
    )
    iam.add_argument("--region", type=_matching(_REGION, "a Region"), help="of the table; athena needs it")
    iam.add_argument("--trail", type=place, help="s3://bucket/prefix of the trail; athena needs it")
    iam.add_argument("--results", type=place, help="s3://bucket/prefix of the results; athena needs it")
    iam.add_argument("--workgroup", default="primary", type=_matching(_WORKGROUP, "a workgroup"), help="to query in")
    iam.add_argument("--database", default="anchorwatch", type=name, help="of the table")
    iam.add_argument("--table", default="cloudtrail", type=name, help="of the trail")
    iam.add_argument(
        "--kms-key",
        action="append",
        default=[],
        metavar="ARN",
        type=_matching(_KEY, "the ARN of a key"),
        help="key of the trail's or the results' bucket; repeatable",
    )


def _matching(pattern: re.Pattern[str], what: str) -> Any:  # noqa: ANN401 - argparse takes any callable.
    def read(value: str) -> str:
        if not pattern.fullmatch(value):
            raise argparse.ArgumentTypeError(f"must be {what}")
        return value

    return read


async def _iam(arguments: argparse.Namespace) -> int:
    from bot.iam_policies import ACT, READ, Place, printed  # noqa: PLC0415 - Only for this command.
    from bot.registry import load_handlers  # noqa: PLC0415 - As above.

    actions = load_handlers().with_managed_policy(arguments.revoke_policy or "").actions
    if unknown := sorted(set(arguments.without) - actions.keys()):
        sys.stderr.write(f"There is no action {unknown[0]}. There are: {', '.join(actions)}.\n")
        return 2
    if arguments.role == "athena" and not (arguments.region and arguments.trail and arguments.results):
        sys.stderr.write("--role athena needs --region, --trail and --results.\n")
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
        athena_role=arguments.athena_role,
        trail=_trail_of(arguments),
        revoke_policy=arguments.revoke_policy or "",
    )
    wanted = [action for action in actions.values() if action.id not in arguments.without]
    roles = (READ, ACT) if arguments.role == "both" else (arguments.role,)
    sys.stdout.write(printed(arguments.format, roles, wanted, place))
    return 0


def _trail_of(arguments: argparse.Namespace) -> Any:  # noqa: ANN401 - Its class is imported for this command only.
    """Where the table is; None where the role that queries it is not asked for."""
    from bot.trail_policy import TrailPlace  # noqa: PLC0415 - As above.

    if arguments.role != "athena":
        return None
    return TrailPlace(
        region=arguments.region,
        trail=arguments.trail,
        results=arguments.results,
        workgroup=arguments.workgroup,
        database=arguments.database,
        table=arguments.table,
        kms_keys=tuple(arguments.kms_key),
    )

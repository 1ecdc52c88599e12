"""The settings of the search of CloudTrail: which engine, and where the organisation's trail is a table."""

from __future__ import annotations

from collections.abc import Mapping

from bot import setting_values as read
from bot.domain.trail_table import TrailTable
from bot.setting_values import Setting

SEARCH = "ANCHORWATCH_SEARCH"
_ATHENA = "athena"
_PREFIX = "ANCHORWATCH_ATHENA_"
_NAME = read.matching(r"[a-z0-9_]{1,255}", "a name in small letters, digits and underscores")
_ROLE = read.matching(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512}", "the ARN of an IAM role")
_BYTES_PER_GB = 10**9

SEARCH_SETTINGS = (
    Setting(
        SEARCH,
        "What searches CloudTrail: lookup (LookupEvents, free, 90 days) or athena (a table over the organisation's "
        "trail, paid by the byte).",
        read.one_of("lookup", _ATHENA),
        "lookup",
    ),
    Setting(_PREFIX + "DATABASE", "The database with the trail's table; must be set for athena.", _NAME),
    Setting(_PREFIX + "TABLE", "The trail's table, as in config/aws/athena-cloudtrail.sql.", _NAME, "cloudtrail"),
    Setting(
        _PREFIX + "REGION",
        "The Region of the table; must be set for athena.",
        read.matching(r"[a-z0-9-]{1,32}", "a Region such as eu-central-1"),
    ),
    Setting(
        _PREFIX + "WORKGROUP",
        "The workgroup to query in.",
        read.matching(r"[a-zA-Z0-9._-]{1,128}", "the name of a workgroup"),
        "primary",
    ),
    Setting(
        _PREFIX + "OUTPUT",
        "Where results go, s3://…; empty means that the workgroup says where.",
        read.matching(r"s3://[a-z0-9.-]{3,63}(/[\x21-\x7e]*)?", "s3://bucket/path"),
    ),
    Setting(
        _PREFIX + "ROLE",
        "ARN of the role to query with in the log archive account; empty means own credentials.",
        _ROLE,
    ),
    Setting(
        _PREFIX + "MOST_SCANNED_GB",
        "A query whose files are clearly larger is not begun; one that has scanned more is stopped.",
        read.number(1, 1_000_000),
        "100",
    ),
    Setting(_PREFIX + "USD_PER_TB", "What Athena costs in that Region, to say what a search cost.", read.price, "5"),
)
"""Every setting of the search."""


def search_conflicts(values: Mapping[str, object]) -> list[str]:
    """What is wrong between them; one that could not be read by itself is not in ``values``."""
    if values.get(SEARCH) != _ATHENA:
        return []
    needed = (_PREFIX + "DATABASE", _PREFIX + "REGION")
    return [f"{name}: is missing. {SEARCH} = athena needs it." for name in needed if values.get(name) == ""]


def trail_of(values: Mapping[str, object]) -> TrailTable | None:
    """Where the trail's table is; None when LookupEvents searches."""
    if values[SEARCH] != _ATHENA:
        return None

    def of(name: str) -> str:
        return str(values[_PREFIX + name])

    return TrailTable(
        database=of("DATABASE"),
        table=of("TABLE"),
        workgroup=of("WORKGROUP"),
        output=of("OUTPUT"),
        region=of("REGION"),
        role_arn=of("ROLE"),
        most_scanned_bytes=int(of("MOST_SCANNED_GB")) * _BYTES_PER_GB,
        usd_per_tb=float(of("USD_PER_TB")),
    )

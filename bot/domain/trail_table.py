"""Where an organisation's trail is kept as a table that Athena can query."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrailTable:
    """A table like that of ``config/aws/athena-cloudtrail.sql``, and what a query over it may cost.

    ``role_arn`` is the role to query with, empty for the bot's own credentials; ``region`` is where the table is.
    ``output`` is where results go (``s3://…``), empty when the workgroup says so. ``most_scanned_bytes`` stops a query
    that reads more, as far as Athena tells while it runs.
    """

    database: str
    table: str
    workgroup: str
    output: str
    region: str
    role_arn: str
    most_scanned_bytes: int
    usd_per_tb: float

"""The permissions of the role that queries the organisation's trail with Athena, in the log archive account.

See: https://docs.aws.amazon.com/athena/latest/ug/security-iam-athena.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ON_WORKGROUP = (
    "athena:StartQueryExecution",
    "athena:GetQueryExecution",
    "athena:GetQueryResults",
    "athena:StopQueryExecution",
)
ON_TABLE = ("glue:GetDatabase", "glue:GetTable")
ON_BUCKETS = ("s3:GetBucketLocation", "s3:ListBucket")
ON_FILES = ("s3:GetObject",)
ON_RESULTS = ("s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload")
ON_KEYS = ("kms:Decrypt", "kms:GenerateDataKey")

NEEDED = (
    (ON_WORKGROUP, "the workgroup", "asks and stops queries"),
    (ON_TABLE, "the catalogue, the database and the table", "Athena reads the table; says where its files are"),
    (
        ON_BUCKETS,
        "the buckets of the trail and of the results",
        "sizes of files, to say beforehand what it costs",
    ),
    (ON_FILES, "the trail's files", "Athena reads them"),
    (ON_RESULTS, "the results", "Athena writes and reads them"),
    (ON_KEYS, "the keys of both buckets, where they have one", "the same, encrypted"),
)
"""IAM actions, what they are needed on, and for what."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TrailPlace:
    """Where the table, its files and the results are.

    ``trail`` and ``results`` are ``s3://bucket/prefix``, the prefix may be empty; ``kms_keys`` are ARNs.
    """

    region: str
    trail: str
    results: str
    workgroup: str = "primary"
    database: str = "anchorwatch"
    table: str = "cloudtrail"
    kms_keys: tuple[str, ...] = ()


def trail_policy(account: str, partition: str, place: TrailPlace) -> Json:
    """The permissions policy of the role in this account."""
    here = f"{place.region}:{account}"
    glue = f"arn:{partition}:glue:{here}"
    table = [f"{glue}:catalog", f"{glue}:database/{place.database}", f"{glue}:table/{place.database}/{place.table}"]
    buckets = [f"arn:{partition}:s3:::{_bucket(one)}" for one in (place.trail, place.results)]
    allowed: list[tuple[tuple[str, ...], str | list[str]]] = [
        (ON_WORKGROUP, f"arn:{partition}:athena:{here}:workgroup/{place.workgroup}"),
        (ON_TABLE, table),
        (ON_BUCKETS, list(dict.fromkeys(buckets))),
        (ON_FILES, _objects(partition, place.trail)),
        (ON_RESULTS, _objects(partition, place.results)),
        *([(ON_KEYS, list(place.kms_keys))] if place.kms_keys else []),
    ]
    statements = [{"Effect": "Allow", "Action": list(actions), "Resource": on} for actions, on in allowed]
    return {"Version": "2012-10-17", "Statement": statements}


def _bucket(place: str) -> str:
    return place.removeprefix("s3://").partition("/")[0]


def _objects(partition: str, place: str) -> str:
    bucket, _, prefix = place.removeprefix("s3://").partition("/")
    return f"arn:{partition}:s3:::{bucket}/{prefix.rstrip('/')}/*" if prefix else f"arn:{partition}:s3:::{bucket}/*"

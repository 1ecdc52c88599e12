"""The files of an organisation's trail: the event history written into S3 as CloudTrail does, one file a day.

See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
"""

import gzip
import json
from typing import Any

from .clients import connect
from .cloudtrail.models import event_history_backends


def write_trail_files(endpoint_url: str, bucket: str, organisation: str, *, region: str = "us-east-1") -> int:
    """Write every delivered record into a bucket of the stand-in, which is made if it is not there.

    Args:
        endpoint_url: Of the stand-in.
        bucket: Of the trail, which has no prefix.
        organisation: Such as `o-abc1234567`.
        region: Of the bucket.

    Returns:
        How many files were written.
    """
    client = connect("s3", endpoint_url, region=region)
    client.create_bucket(Bucket=bucket)
    files = _by_file(organisation)
    for key, records in files.items():
        body = gzip.compress(json.dumps({"Records": records}).encode(), mtime=0)
        client.put_object(Bucket=bucket, Key=key, Body=body)
    client.close()
    return len(files)


def _by_file(organisation: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    histories: list[Any] = [history for _, _, history in event_history_backends.iter_backends()]
    for history in histories:
        for event in history.events:
            if event.visible_at > history.clock():
                continue
            account, region = event.record["recipientAccountId"], event.record["awsRegion"]
            folder = f"AWSLogs/{organisation}/{account}/CloudTrail/{region}/{event.occurred_at:%Y/%m/%d}"
            name = f"{account}_CloudTrail_{region}_{event.occurred_at:%Y%m%d}T0000Z_made-up.json.gz"
            found.setdefault(f"{folder}/{name}", []).append(event.record)
    return found

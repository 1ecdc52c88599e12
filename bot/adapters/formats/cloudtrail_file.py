"""Log files of CloudTrail, the notices about them, and batches that CloudWatch Logs delivers.

See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
See: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.adapters.formats.form import Form, Ignored, Inner, JsonObject, Part, each_of, place, required_object
from bot.domain.errors import BadInput


def _fits_file(message: JsonObject) -> bool:
    return isinstance(message.get("Records"), list)


def _read_file(message: JsonObject, at: str) -> Iterable[Part]:
    if not message["Records"]:
        return (Ignored("a log file without a record in it"),)
    return each_of(message["Records"], place(at, "Records"))


def _fits_notice(message: JsonObject) -> bool:
    return "s3Bucket" in message and "s3ObjectKey" in message


def _read_notice(message: JsonObject, at: str) -> tuple[Part, ...]:
    del message, at
    return (Ignored("CloudTrail's notice that it wrote a log file: the events are in the file, and not in here"),)


def _fits_subscription(message: JsonObject) -> bool:
    return "awslogs" in message


def _read_subscription(message: JsonObject, at: str) -> tuple[Part, ...]:
    data, where = required_object(message, "awslogs", at).get("data"), place(at, "awslogs.data")
    if not isinstance(data, str):
        raise BadInput("missing_field", "awslogs.data is missing or is not text", where)
    return (Inner(data, where, packed=True),)


def _fits_batch(message: JsonObject) -> bool:
    return "logEvents" in message or message.get("messageType") in ("DATA_MESSAGE", "CONTROL_MESSAGE")


def _read_batch(message: JsonObject, at: str) -> Iterable[Part]:
    if message.get("messageType") == "CONTROL_MESSAGE":
        return (Ignored("CloudWatch Logs checks whether it reaches the destination"),)
    events, where = message.get("logEvents"), place(at, "logEvents")
    if not isinstance(events, list):
        raise BadInput("missing_field", "logEvents is missing or is not a list", where)
    if not events:
        return (Ignored("a batch of CloudWatch Logs without an event in it"),)
    return (
        Inner(one.get("message") if isinstance(one, dict) else one, f"{where}[{number}].message")
        for number, one in enumerate(events)
    )


FILE = Form("log-file", _fits_file, _read_file)
NOTICE = Form("log-file-notice", _fits_notice, _read_notice)
SUBSCRIPTION = Form("awslogs", _fits_subscription, _read_subscription)
BATCH = Form("logs", _fits_batch, _read_batch)

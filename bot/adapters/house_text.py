"""Fetches the organization's own file: from a path, or from an object in S3 that many processes can share."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from bot.domain.errors import BadSettings

_MOST_BYTES = 1_048_576
_CONNECT_SECONDS, _READ_SECONDS = 3, 10


def house_text(place: str) -> str:
    """The text of ``place``, which is a path or ``s3://bucket/key``; at most 1 MiB of an object.

    It blocks: it is called once, while the bot starts.

    Raises:
        BadSettings: it can't be read, with the reason; for S3 that names the permission.
    """
    try:
        return _object(place) if place.startswith("s3://") else Path(place).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise BadSettings((f"{place}: can't be read: {error}",)) from error


def _object(place: str) -> str:
    parts = urlsplit(place)
    key = parts.path.removeprefix("/")
    if not (parts.netloc and key):
        raise ValueError("an object is written as s3://bucket/key")
    config = Config(connect_timeout=_CONNECT_SECONDS, read_timeout=_READ_SECONDS)
    try:
        answer = boto3.Session().client("s3", config=config).get_object(Bucket=parts.netloc, Key=key)
        body: bytes = answer["Body"].read(_MOST_BYTES + 1)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "unknown")
        raise ValueError(f"AWS answered s3:GetObject with {code}") from error
    except BotoCoreError as error:
        raise ValueError(f"AWS gave no answer to s3:GetObject: {error}") from error
    if len(body) > _MOST_BYTES:
        raise ValueError("the object is larger than 1 MiB")
    return body.decode("utf-8")

"""Where the organization's own file may be: on disk, or in S3 over the real protocol."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.adapters.house_file import read_house
from bot.adapters.house_text import house_text
from bot.domain.errors import BadSettings
from bot.sandbox.aws.clients import connect
from bot.sandbox.aws.server import AwsStandIn

BUCKET = "house"


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """A bucket of the stand-in, which this process's own credentials may read."""
    with AwsStandIn() as aws, pytest.MonkeyPatch.context() as patch:
        s3 = connect("s3", aws.endpoint_url)
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        s3.put_object(Bucket=BUCKET, Key="a/house.toml", Body=b"[limits]\nlongest_years = 3\n")
        s3.put_object(Bucket=BUCKET, Key="large", Body=b"#" * 1_048_577)
        s3.put_object(Bucket=BUCKET, Key="broken", Body=b"\xff\xfe")
        for name, value in (("AWS_ENDPOINT_URL", aws.endpoint_url), ("AWS_DEFAULT_REGION", "eu-west-1")):
            patch.setenv(name, value)
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        yield BUCKET


def test_an_object_is_read_like_a_file(bucket: str) -> None:
    """What stands in S3 is the house."""
    limits = read_house(f"s3://{bucket}/a/house.toml").limits
    assert limits is not None
    assert limits.longest_years == 3


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("/missing", "NoSuchKey"),
        ("", "an object is written as s3://bucket/key"),
        ("/large", "larger than 1 MiB"),
        ("/broken", "can't be read"),
    ],
)
def test_an_object_that_is_not_right_stops_the_start(bucket: str, key: str, why: str) -> None:
    """A missing, nameless, huge or unreadable object is one line that says why."""
    with pytest.raises(BadSettings, match=why):
        house_text(f"s3://{bucket}{key}")


def test_a_missing_file_names_itself(tmp_path: Path) -> None:
    """The line says which file it is."""
    with pytest.raises(BadSettings, match="gone"):
        house_text(str(tmp_path / "gone.toml"))

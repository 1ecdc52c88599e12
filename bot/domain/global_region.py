"""Where CloudTrail keeps the events of services that have one endpoint for all Regions."""

from __future__ import annotations

# See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html
_GLOBAL_REGIONS = {"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
_GLOBAL_REGION = "us-east-1"


def global_region(arn: str | None) -> str:
    """The Region that keeps the events of IAM, in the partition of an ARN; None means the usual partition."""
    partition = arn.split(":")[1] if arn else "aws"
    return _GLOBAL_REGIONS.get(partition, _GLOBAL_REGION)

"""A past that is written down instead of played: records of calls up to 90 days ago, findable at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from moto.iam.models import AccessKeyLastUsed, iam_backends

from bot.sandbox.aws.callers import PARTITION
from bot.sandbox.aws.cloudtrail.models import event_history_backends
from bot.sandbox.aws.records import Happened, whole_record

_USUAL_DELIVERY = timedelta(minutes=5)


@dataclass(frozen=True)
class Habit:
    """Who makes calls in the past and from where.

    Attributes:
        identity: The `userIdentity` of the records.
        account_id: Whose event history gets them.
        region: Region of the calls.
        source_ip: The usual address.
        user_agent: The usual program.
    """

    identity: dict[str, Any]
    account_id: str
    region: str
    source_ip: str
    user_agent: str


def remember(habit: Habit, service: str, operation: str, at: datetime, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - Members of Happened.
    """Write one call of the past down.

    Args:
        habit: Who and from where.
        service: Prefix of the service's actions.
        operation: API name.
        at: Aware UTC time.
        **more: Further members of :class:`bot.sandbox.aws.records.Happened`.

    Returns:
        The record.
    """
    is_read_only = operation.startswith(("Get", "List", "Describe", "Lookup"))
    happened = Happened(
        service=service,
        operation=operation,
        account_id=habit.account_id,
        region=habit.region,
        at=at,
        identity=habit.identity,
        source_ip=habit.source_ip,
        user_agent=habit.user_agent,
        is_read_only=is_read_only,
        **more,
    )
    record = whole_record(happened)
    event_history_backends[habit.account_id][record["awsRegion"]].add(record, at + _USUAL_DELIVERY)
    return record


def age_key(account_id: str, user_name: str, created_at: datetime, used_at: datetime) -> None:
    """Let a user and its keys be as old as they should be."""
    user = iam_backends[account_id][PARTITION].get_user(user_name)
    user.create_date = _plain(created_at)
    for key in user.access_keys:
        key.create_date = _plain(created_at)
        key.last_used = AccessKeyLastUsed(timestamp=_plain(used_at), service="iam", region="us-east-1")


def age_role(account_id: str, role_name: str, created_at: datetime, used_at: datetime | None) -> None:
    """Let a role be as old as it should be; `used_at` None means never used."""
    role = iam_backends[account_id][PARTITION].get_role(role_name)
    role.create_date = _plain(created_at)
    role.last_used = _plain(used_at) if used_at else None


def _plain(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)

"""AWS's own IAM policies, parsed once in a process and copied into each account.

moto parses all of them anew for every account and every start, and keeps each parsed one for as long as the process
lives.
"""

from copy import copy
from functools import cache

from moto.iam.models import IAMBackend, ManagedPolicy

_parse = IAMBackend._init_aws_policies  # noqa: SLF001 - moto offers no other place to do it once.


def share_managed_policies(*, exist: bool) -> None:
    """Let accounts have AWS's own policies, or none of them."""
    setattr(IAMBackend, _parse.__name__, _copies if exist else _none)


def _none(backend: IAMBackend) -> list[ManagedPolicy]:
    del backend
    return []


def _copies(backend: IAMBackend) -> list[ManagedPolicy]:
    return [_copy(one, backend) for one in _parsed(backend.region_name, backend.partition)]


@cache
def _parsed(region_name: str, partition: str) -> tuple[ManagedPolicy, ...]:
    template = object.__new__(IAMBackend)
    template.account_id, template.region_name, template.partition = "aws", region_name, partition
    return tuple(_parse(template))


def _copy(policy: ManagedPolicy, backend: IAMBackend) -> ManagedPolicy:
    """A policy of an account; made without moto's constructor, which would remember it for ever."""
    made: ManagedPolicy = object.__new__(type(policy))
    made.__dict__ |= {
        **policy.__dict__,
        "account_id": backend.account_id,
        "tags": {},
        "versions": [copy(one) for one in policy.versions],
    }
    return made

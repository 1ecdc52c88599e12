"""What the policies of a role give together, and what of it is dangerous."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from bot.domain.privileges.policy_lines import PolicyLine

_ARN_PARTS = 6
_ACCOUNT = 4
_ASSUME_ROLE = "sts:AssumeRole"
_BY_IAM = "IAM: "
# The last one is of no service that there is: only who may do everything may do it.
_ADMINISTRATORS_ACTIONS = (
    "iam:AttachRolePolicy",
    "iam:CreatePolicyVersion",
    "sts:AssumeRole",
    "s3:GetObject",
    "ec2:RunInstances",
    "kms:Decrypt",
    "any-service:AnyAction",
)
Lines = tuple[PolicyLine, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What is dangerous, as a list that others keep.

    ``escalations`` are ways to more permissions, by name, each with the actions that it needs together; ``credentials``
    are actions whose answers hold credentials; ``only_everywhere`` are those of them that no policy can hold to single
    resources. Actions are in lower case.
    """

    escalations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    credentials: tuple[str, ...] = ()
    only_everywhere: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Privileges:
    """What is dangerous about a role. ``other_accounts`` are account ids; ``*`` among them means any account.

    ``escalations`` are names of the catalogue, first those that need IAM alone, with ``IAM: `` before them.
    ``under_conditions`` are those of ``administrator``, ``escalation``, ``credentials`` and ``other accounts`` that
    hold only when a condition of its policies is met, which was not evaluated.
    """

    administrator: bool = False
    escalations: tuple[str, ...] = ()
    credentials: tuple[str, ...] = ()
    other_accounts: tuple[str, ...] = ()
    under_conditions: tuple[str, ...] = ()

    @property
    def by_iam_alone(self) -> bool:
        """Whether it can make itself an administrator with calls to IAM and nothing else."""
        return bool(self.escalations) and self.escalations[0].startswith(_BY_IAM)


@dataclass(frozen=True, slots=True)
class Permissions:
    """``grants`` are the lines of a role's policies; each of ``limits`` are those of one layer that takes away.

    A layer is a permissions boundary or all session policies of a profile together.
    """

    grants: Lines
    limits: tuple[Lines, ...] = ()

    def within(self, layer: Lines | None) -> Permissions:
        """The same permissions less those that one more layer does not give; None is no layer."""
        return self if layer is None else Permissions(self.grants, (*self.limits, layer))

    def allows(self, action: str, *, only_everywhere: bool = False, met: bool = False) -> bool:
        """Whether an action is allowed on all of its resources.

        ``only_everywhere`` is for an action that knows no resources; ``met`` takes conditions as met.
        """
        given = any(
            line.allows
            and (met or not line.conditional)
            and (line.covers(action) if only_everywhere else line.is_wide_for(action))
            for line in self.grants
        )
        return given and not self.takes_away(action)

    def takes_away(self, action: str) -> bool:
        """Whether an action is surely denied, or given by some layer in no way."""
        every = chain(self.grants, *self.limits)
        if any(not one.allows and one.everywhere and not one.conditional and one.covers(action) for one in every):
            return True
        return any(not any(one.allows and one.covers(action) for one in layer) for layer in self.limits)


def privileges(permissions: Permissions, catalogue: Catalogue, own_account: str) -> Privileges:
    """What is dangerous about permissions. ``own_account`` is the role's account id."""
    sure, perhaps = (_found(permissions, catalogue, own_account, met=met) for met in (False, True))
    under = (
        name
        for name, before, after in (
            ("administrator", sure.administrator, perhaps.administrator),
            ("escalation", sure.escalations, perhaps.escalations),
            ("credentials", sure.credentials, perhaps.credentials),
            ("other accounts", sure.other_accounts, perhaps.other_accounts),
        )
        if after and not before
    )
    return Privileges(
        perhaps.administrator, perhaps.escalations, perhaps.credentials, perhaps.other_accounts, tuple(under)
    )


def _found(permissions: Permissions, catalogue: Catalogue, own_account: str, *, met: bool) -> Privileges:
    def allows(action: str) -> bool:
        return permissions.allows(action, only_everywhere=action in catalogue.only_everywhere, met=met)

    return Privileges(
        administrator=all(permissions.allows(one, met=met) for one in _ADMINISTRATORS_ACTIONS),
        escalations=_escalations(catalogue, allows),
        credentials=tuple(one for one in catalogue.credentials if allows(one)),
        other_accounts=_other_accounts(permissions, own_account, met=met),
    )


def _escalations(catalogue: Catalogue, allows: Callable[[str], bool]) -> tuple[str, ...]:
    found = [(name, needed) for name, needed in catalogue.escalations.items() if all(map(allows, needed))]
    alone = [f"{_BY_IAM}{name}" for name, needed in found if all(one.startswith("iam:") for one in needed)]
    return (*alone, *(name for name, _ in found if f"{_BY_IAM}{name}" not in alone))


def _other_accounts(permissions: Permissions, own_account: str, *, met: bool) -> tuple[str, ...]:
    if permissions.takes_away(_ASSUME_ROLE):
        return ()
    lines = (one for one in permissions.grants if one.allows and (met or not one.conditional))
    found = {account for line in lines if line.covers(_ASSUME_ROLE) for account in _accounts(line)}
    return ("*",) if "*" in found else tuple(sorted(found - {own_account}))


def _accounts(line: PolicyLine) -> Iterator[str]:
    if line.everywhere:
        yield "*"
    for resource in line.resources:
        parts = resource.split(":", _ARN_PARTS - 1)
        account = parts[_ACCOUNT] if len(parts) == _ARN_PARTS else "*"
        yield "*" if "*" in account or "?" in account else account

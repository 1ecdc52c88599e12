"""The sizes and numbers of policies that moto does not hold anybody to.

See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from moto.iam.exceptions import LimitExceededException
from moto.iam.models import Group, IAMBackend, Role, User

MOST_MANAGED_CHARACTERS = 6_144
MOST_INLINE_CHARACTERS = 10_240
MOST_ATTACHED = 10


def check_managed(document: str) -> None:
    """Refuse a managed policy that is too large; white space does not count.

    Raises:
        LimitExceededException: It is.
    """
    if _size(document) > MOST_MANAGED_CHARACTERS:
        raise LimitExceededException(f"Cannot exceed quota for PolicySize: {MOST_MANAGED_CHARACTERS}")


def check_inline(role: Role, name: str, document: str) -> None:
    """Refuse an inline policy with which all of a role's are too large together.

    Raises:
        LimitExceededException: They are.
    """
    others = [text for other, text in role.policies.items() if other != name]
    if sum(_size(str(one)) for one in (*others, document)) > MOST_INLINE_CHARACTERS:
        raise LimitExceededException(
            f"Maximum policy size of {MOST_INLINE_CHARACTERS} bytes exceeded for role {role.name}"
        )


def check_attached(role: Role, policy_arn: str) -> None:
    """Refuse one managed policy more than a role can have; one that it has already is no more.

    Raises:
        LimitExceededException: It has as many.
    """
    if policy_arn not in role.managed_policies and len(role.managed_policies) >= MOST_ATTACHED:
        raise LimitExceededException(f"Cannot exceed quota for PoliciesPerRole: {MOST_ATTACHED}")


def count_attachments(backend: IAMBackend, policy_arn: str) -> None:
    """Let a policy know how many have it; moto counts one twice that is attached twice."""
    holders: list[Role | User | Group] = []
    for held in (backend.roles, backend.users, backend.groups):
        holders.extend(held.values())
    count = sum(policy_arn in one.managed_policies for one in holders)
    backend.managed_policies[policy_arn].attachment_count = count


def _size(document: str) -> int:
    return len("".join(document.split()))

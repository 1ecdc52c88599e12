"""What a role's trust policy says about one trust anchor, in a sentence.

The evaluation itself is in :mod:`bot.domain.reach`. Where it can't tell, the sentence says so; no role is called safe
because its policy was not understood.

See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.errors import BadInput
from bot.domain.reach.freedom import Freedom
from bot.domain.reach.policy_document import read_statements
from bot.domain.reach.verdicts import PolicyVerdict, Reason, Verdict, judge_policy

_NOT_EVALUATED = "has parts that are not evaluated here: read its trust policy before you rely on it"
_SENTENCES = {
    Reason.NO_CONDITION: "lets in any trust anchor of the account",
    Reason.ANCHOR_MATCHED: "lets in this trust anchor, by its ARN, its account or a pattern that fits it",
    Reason.CERTIFICATE_CONDITION_ONLY: "asks only for certificate fields, which the CA's owner chooses freely",
    Reason.NOT_TRUSTED: "does not let Roles Anywhere in",
    Reason.PINNED_ELSEWHERE: "lets in only another trust anchor",
    Reason.ACCOUNT_MISMATCH: "lets in only trust anchors of another account",
    Reason.DENIED: "is shut by a Deny statement that no certificate gets past",
    Reason.CONDITION_NEVER_TRUE: "has a condition that no certificate can meet",
    Reason.UNKNOWN_CONDITION: _NOT_EVALUATED,
    Reason.MALFORMED_POLICY: "has a trust policy that can't be read: not evaluated",
}


@dataclass(frozen=True, slots=True)
class PolicyReading:
    """What the policy says, in one plain sentence that follows the role's name."""

    policy: PolicyVerdict
    sentence: str

    @property
    def lets_in(self) -> bool | None:
        """Whether a holder of the anchor's CA gets past the policy; None when that can't be told."""
        return {Verdict.USABLE: True, Verdict.NOT_USABLE: False, Verdict.UNDETERMINED: None}[self.policy.verdict]


def read_trust_policy(document: object, anchor_arn: str, now: datetime | None = None) -> PolicyReading:
    """Read a trust policy, given as JSON text (plain or URL-encoded) or as the object that boto3 returns.

    It is read for a profile as AWS makes it, without changes to its attribute mappings. ``now`` is for conditions on
    the time, which can't be told without it.
    """
    policy = judge_policy(document, Freedom(anchor_arn, accepts_session_name=True, now=now))
    return PolicyReading(policy, _sentence(policy))


def _sentence(policy: PolicyVerdict) -> str:
    if policy.reason is Reason.ACTION_MISSING and policy.because is not None:
        return f"does not allow {' and '.join(policy.because.missing_actions)}, so Roles Anywhere can't use it"
    return _SENTENCES[policy.reason]


def lets_service_in(document: object) -> bool | None:
    """Whether a trust policy has a statement that may let Roles Anywhere in, whatever its conditions.

    The policy is given as for :func:`read_trust_policy`; None when it can't be read.
    """
    try:
        statements = read_statements(document)
    except BadInput:
        return None
    return any(one.allows and one.names_service is not False for one in statements)

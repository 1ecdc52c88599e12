"""Why a role is open or shut to a CA, in words. Names and values of policies are an attacker's: cut short here."""

from __future__ import annotations

from bot.domain.reach.account_reach import Reach
from bot.domain.reach.verdicts import PolicyLine, Reason, Verdict

_MOST_VALUE = 80
_MOST_VALUES = 2
_WORDS = {
    Reason.NO_CONDITION: "any trust anchor of the account gets in",
    Reason.ANCHOR_MATCHED: "its policy lets this trust anchor in",
    Reason.CERTIFICATE_CONDITION_ONLY: "it asks only for certificate fields, which the CA's owner chooses",
    Reason.ANCHOR_DISABLED: "the trust anchor is disabled",
    Reason.PROFILE_DISABLED: "its profile is disabled",
    Reason.OTHER_REGION: "its profile is in another Region",
    Reason.NOT_TRUSTED: "it does not trust Roles Anywhere",
    Reason.ACTION_MISSING: "its policy does not allow all three actions",
    Reason.PINNED_ELSEWHERE: "it lets in only other trust anchors (aws:SourceArn)",
    Reason.DENIED: "a Deny shuts it",
    Reason.ACCOUNT_MISMATCH: "it is for another account",
    Reason.CONDITION_NEVER_TRUE: "it has a condition that no certificate meets",
    Reason.SERVICE_LINKED: "it is a service-linked role",
    Reason.ROLE_NOT_FOUND: "the role does not exist in this account",
    Reason.NO_PROFILE: "it is in no profile",
    Reason.UNKNOWN_CONDITION: "it has a condition that can't be evaluated",
    Reason.MALFORMED_POLICY: "its trust policy can't be read",
}
_SHUT_BY = {
    Reason.ANCHOR_DISABLED: "the disabled trust anchor",
    Reason.PROFILE_DISABLED: "disabled profiles",
    Reason.ACTION_MISSING: "missing actions",
    Reason.PINNED_ELSEWHERE: "aws:SourceArn",
    Reason.DENIED: "a Deny",
    Reason.ACCOUNT_MISMATCH: "a condition on the account",
    Reason.CONDITION_NEVER_TRUE: "conditions that no certificate meets",
    Reason.NO_PROFILE: "standing in no profile",
    Reason.OTHER_REGION: "profiles of another Region",
    Reason.NOT_TRUSTED: "not trusting Roles Anywhere",
    Reason.SERVICE_LINKED: "being service-linked",
    Reason.ROLE_NOT_FOUND: "not existing in this account",
}


def real_reason(reach: Reach) -> Reason:
    """The reason; where a role only stands in no profile and could not be used in one either, what its policy says."""
    policy = reach.policy
    if reach.reason is Reason.NO_PROFILE and policy is not None and policy.verdict is Verdict.NOT_USABLE:
        return policy.reason
    return reach.reason


def why(reach: Reach) -> str:
    """Why the role is open, shut or undetermined, with the line of its policy behind it."""
    reason = real_reason(reach)
    line = reach.because or (reach.policy.because if reach.policy and reason is reach.policy.reason else None)
    words = _WORDS[reason]
    away = "; one CreateProfile would open it" if reach.one_profile_away else ""
    return f"{words}{_line_words(line) if line else ''}{away}"


def shut_by(reason: Reason) -> str:
    """What shuts roles, to follow "shut by".

    Raises:
        KeyError: the reason shuts none.
    """
    return _SHUT_BY[reason]


def _line_words(line: PolicyLine) -> str:
    if line.mistake:
        return f" ({_cut(line.mistake)})"
    if line.missing_actions:
        return f" (no {', '.join(line.missing_actions)})"
    if not line.key:
        return f" ({line.effect} in {_cut(line.statement)})" if line.statement else ""
    values = ", ".join(_cut(one) for one in line.values[:_MOST_VALUES])
    more = f" and {len(line.values) - _MOST_VALUES} more" if len(line.values) > _MOST_VALUES else ""
    return f" ({line.effect} in {_cut(line.statement)}: {_cut(line.operator)} {_cut(line.key)} = {values}{more})"


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_VALUE else f"{text[: _MOST_VALUE - 1]}…"

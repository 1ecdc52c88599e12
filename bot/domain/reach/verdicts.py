"""What a trust policy says of one trust anchor: a verdict, its reason, and the line of the policy behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.errors import BadInput
from bot.domain.reach.conditions import Condition
from bot.domain.reach.freedom import Freedom
from bot.domain.reach.policy_document import ACTIONS, Statement, read_statements
from bot.domain.reach.request_keys import SOURCE_ACCOUNT, SOURCE_ARN, TAG, Concern
from bot.domain.reach.ways_in import Search, TooManyWays, WayIn


class Verdict(StrEnum):
    """Whether the CA's owner can become the role."""

    USABLE = "usable"
    NOT_USABLE = "not_usable"
    UNDETERMINED = "undetermined"


class Reason(StrEnum):
    """Why; the first three go with ``usable``, the last two with ``undetermined``."""

    NO_CONDITION = "no_condition"
    ANCHOR_MATCHED = "anchor_matched"
    CERTIFICATE_CONDITION_ONLY = "certificate_condition_only"
    ANCHOR_DISABLED = "anchor_disabled"
    PROFILE_DISABLED = "profile_disabled"
    OTHER_REGION = "other_region"
    NOT_TRUSTED = "not_trusted"
    ACTION_MISSING = "action_missing"
    PINNED_ELSEWHERE = "pinned_elsewhere"
    DENIED = "denied"
    ACCOUNT_MISMATCH = "account_mismatch"
    CONDITION_NEVER_TRUE = "condition_never_true"
    SERVICE_LINKED = "service_linked"
    ROLE_NOT_FOUND = "role_not_found"
    NO_PROFILE = "no_profile"
    UNKNOWN_CONDITION = "unknown_condition"
    MALFORMED_POLICY = "malformed_policy"

    @property
    def verdict(self) -> Verdict:
        """The verdict that the reason goes with."""
        if self in _USABLE:
            return Verdict.USABLE
        return Verdict.UNDETERMINED if self in _UNDETERMINED else Verdict.NOT_USABLE


_USABLE = (Reason.NO_CONDITION, Reason.ANCHOR_MATCHED, Reason.CERTIFICATE_CONDITION_ONLY)
_UNDETERMINED = (Reason.UNKNOWN_CONDITION, Reason.MALFORMED_POLICY)


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """The part of a trust policy that opens or closes the door.

    ``statement`` is its Sid or place; ``operator``, ``key`` and ``values`` are of one condition, as the policy writes
    them, and empty where it is the statement itself. ``missing_actions`` are those that no statement allows.
    ``mistake`` says what in the policy can't be read.
    """

    statement: str = ""
    effect: str = ""
    operator: str = ""
    key: str = ""
    values: tuple[str, ...] = ()
    missing_actions: tuple[str, ...] = ()
    mistake: str = ""


@dataclass(frozen=True, slots=True)
class PolicyVerdict:
    """What a trust policy alone says, whatever profiles there are.

    ``certificate`` is one way to get in where there is a condition on the certificate: condition keys and their values.
    ``names_service`` is whether any statement lets Roles Anywhere do anything; None when the policy can't be read.
    """

    reason: Reason
    because: PolicyLine | None = None
    certificate: Mapping[str, str] | None = None
    names_service: bool | None = True

    @property
    def verdict(self) -> Verdict:
        """Usable, not usable or undetermined."""
        return self.reason.verdict


def judge_policy(document: object, freedom: Freedom) -> PolicyVerdict:
    """Judge a trust policy, given as an object, as JSON text or as URL-encoded JSON text."""
    try:
        statements = read_statements(document)
    except BadInput as error:
        return unreadable(error)
    return judge_statements(statements, freedom)


def unreadable(error: BadInput) -> PolicyVerdict:
    """The verdict on a policy that can't be read."""
    return PolicyVerdict(Reason.MALFORMED_POLICY, PolicyLine(mistake=f"{error.at} {error}"), names_service=None)


def judge_statements(statements: Sequence[Statement], freedom: Freedom) -> PolicyVerdict:
    """Judge the statements of a trust policy."""
    allowing = [one for one in statements if one.allows and one.names_service is not False]
    if not allowing:
        return PolicyVerdict(Reason.NOT_TRUSTED, names_service=False)
    missing = tuple(action for action in ACTIONS if not any(action in one.actions for one in allowing))
    if missing:
        return PolicyVerdict(Reason.ACTION_MISSING, PolicyLine(missing_actions=missing))
    try:
        return _searched(Search(statements, freedom), allowing)
    except TooManyWays:
        return PolicyVerdict(Reason.UNKNOWN_CONDITION, PolicyLine(mistake="the policy has too many combinations"))


def _searched(search: Search, allowing: Sequence[Statement]) -> PolicyVerdict:
    way = search.way_in(sure=True)
    if way is not None:
        return _usable(way)
    way = search.way_in(sure=False)
    if way is not None:
        return PolicyVerdict(Reason.UNKNOWN_CONDITION, _unknown_line(way))
    if search.way_in(sure=False, without_deny=True) is not None:
        return PolicyVerdict(Reason.DENIED, _denying_line(search))
    reason, concerned = _shut_by(search, allowing)
    return PolicyVerdict(reason, _line(*search.hardest(concerned)))


def _usable(way: WayIn) -> PolicyVerdict:
    met = [(statement, condition) for statement in way.allowing for condition in statement.conditions]
    met += way.failing
    pins = [one for one in met if one[1].is_pin]
    chosen = [one for one in met if Concern.CERTIFICATE in one[1].concerns]
    reason = Reason.ANCHOR_MATCHED if pins else Reason.CERTIFICATE_CONDITION_ONLY if chosen else Reason.NO_CONDITION
    line = _line(*(pins or chosen or met)[0]) if met else _line(way.allowing[0], None)
    return PolicyVerdict(reason, line, _certificate(way) if chosen else None)


def _certificate(way: WayIn) -> Mapping[str, str]:
    """The values that were chosen, without those that are only left out."""
    found = {key: values[0] for key, values in way.world.items() if isinstance(values, tuple) and len(values) == 1}
    return {key.removeprefix(TAG): value for key, value in found.items() if key.startswith((TAG, "sts:"))}


def _unknown_line(way: WayIn) -> PolicyLine:
    met = [(statement, condition) for statement in way.allowing for condition in statement.conditions]
    met += way.failing
    unclear = [one for one in met if Concern.UNKNOWN in one[1].concerns]
    return _line(*(unclear or met)[0]) if met else _line(way.allowing[0], None)


def _denying_line(search: Search) -> PolicyLine:
    statement = search.blocking_deny()
    return _line(statement, statement.conditions[0] if statement.conditions else None)


def _shut_by(search: Search, allowing: Iterable[Statement]) -> tuple[Reason, frozenset[Condition]]:
    """What shuts the door, the surest first: the anchor's ARN by itself, its account, both, then anything else."""
    conditions = [condition for one in allowing for condition in one.conditions]
    by_arn = frozenset(one for one in conditions if one.is_pin and one.key == SOURCE_ARN)
    by_account = frozenset(one for one in conditions if one.is_pin and one.key == SOURCE_ACCOUNT)
    others = frozenset(conditions)
    for reason, enforced in (
        (Reason.PINNED_ELSEWHERE, by_arn),
        (Reason.ACCOUNT_MISMATCH, by_account),
        (Reason.PINNED_ELSEWHERE, by_arn | by_account),
    ):
        if enforced and search.way_in(sure=False, without_deny=True, only=enforced) is None:
            return reason, enforced
    for reason, relaxed in ((Reason.PINNED_ELSEWHERE, by_arn), (Reason.ACCOUNT_MISMATCH, by_account)):
        if relaxed and search.way_in(sure=False, without_deny=True, only=others - relaxed) is not None:
            return reason, relaxed
    return Reason.CONDITION_NEVER_TRUE, others - by_arn - by_account or others


def _line(statement: Statement, condition: Condition | None) -> PolicyLine:
    effect = "Allow" if statement.allows else "Deny"
    if condition is None:
        return PolicyLine(statement.label, effect)
    values = tuple(condition.raw_values)
    return PolicyLine(statement.label, effect, condition.operator_name, condition.key_name, values)

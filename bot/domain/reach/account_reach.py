"""Every role of an account, in every profile: can the owner of a trust anchor's CA become it?

Facts are asked in this order, and the first that shuts the door is the reason: the trust anchor, then the profile, then
the role and its trust policy. A role that stands in no enabled profile has one line without a profile.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.errors import BadInput
from bot.domain.reach.account_facts import AnchorFacts, ProfileFacts, RoleFacts
from bot.domain.reach.freedom import Freedom
from bot.domain.reach.policy_document import Statement, read_statements
from bot.domain.reach.verdicts import PolicyLine, PolicyVerdict, Reason, Verdict, judge_statements, unreadable


@dataclass(frozen=True, slots=True)
class Reach:
    """One role in one profile.

    ``profile_arn`` is None where the role stands in no enabled profile; ``disabled_profile_arns`` are then the profiles
    that it stands in. ``one_profile_away`` is whether a new profile would be enough: the trust anchor is enabled and
    let in by the role's policy, and the role stands in no enabled profile of the anchor's Region. ``policy`` is what
    the trust policy alone says; None where there is no role to read it from.
    """

    role_arn: str | None
    profile_arn: str | None
    reason: Reason
    one_profile_away: bool = False
    because: PolicyLine | None = None
    disabled_profile_arns: tuple[str, ...] = ()
    policy: PolicyVerdict | None = None

    @property
    def verdict(self) -> Verdict:
        """Usable, not usable or undetermined."""
        return self.reason.verdict


def account_reach(
    anchor: AnchorFacts, profiles: Sequence[ProfileFacts], roles: Iterable[RoleFacts], now: datetime | None
) -> Iterator[Reach]:
    """A line for every role in every enabled profile, and for every role that stands in none.

    Roles come in their order, then those that profiles name and that are not there. What two pages of an answer both
    have counts once; two entries of one ARN that differ both count. ``now`` is the earliest moment at which somebody
    may come; None leaves conditions on the time undetermined.
    """
    once = tuple(dict.fromkeys(profiles))
    judge = _Judge(anchor, once, now)
    found, seen = set(), set()
    for role in roles:
        text = _text_of(role.trust_policy)
        entry = role.arn, role.mistake, role.service_linked, text
        if role.arn is None or entry not in seen:
            yield from judge.lines(role, text)
        found.add(role.arn)
        seen.add(entry)
    for profile in once:
        for arn in profile.role_arns:
            if arn not in found:
                yield from judge.not_found(arn, profile)


@dataclass
class _Judge:
    anchor: AnchorFacts
    profiles: Sequence[ProfileFacts]
    now: datetime | None
    _holding: Mapping[str, list[ProfileFacts]] = field(init=False)
    _policies: dict[str, _Policy] = field(default_factory=dict, init=False)
    _freedoms: Mapping[str, Freedom] = field(init=False)
    _new_profile: Freedom = field(init=False)

    def __post_init__(self) -> None:
        holding: dict[str, list[ProfileFacts]] = {}
        for profile in self.profiles:
            for arn in profile.role_arns:
                holding.setdefault(arn, []).append(profile)
        self._holding = holding
        self._freedoms = {
            one.arn: Freedom(self.anchor.arn, one.mappings, one.accepts_session_name, self.now) for one in self.profiles
        }
        # Who makes a new profile may let everybody name the session.
        self._new_profile = Freedom(self.anchor.arn, accepts_session_name=True, now=self.now)

    def lines(self, role: RoleFacts, text: str) -> Iterator[Reach]:
        holding = self._holding.get(role.arn or "", [])
        enabled = [one for one in holding if one.enabled]
        anew = self._judge_new(role, text, enabled)
        for profile in enabled:
            yield replace(self._in_profile(role, text, profile), one_profile_away=anew)
        if not enabled:
            yield replace(self._in_none(role, text, holding), one_profile_away=anew)

    def not_found(self, arn: str, profile: ProfileFacts) -> Iterator[Reach]:
        enabled = [one for one in self._holding[arn] if one.enabled]
        if profile.enabled:
            yield Reach(arn, profile.arn, self._shut_before(profile) or Reason.ROLE_NOT_FOUND)
        elif not enabled and profile is self._holding[arn][0]:
            reason = Reason.PROFILE_DISABLED if self.anchor.enabled else Reason.ANCHOR_DISABLED
            disabled = tuple(one.arn for one in self._holding[arn])
            yield Reach(arn, None, reason, disabled_profile_arns=disabled)

    def _judge_new(self, role: RoleFacts, text: str, enabled: Sequence[ProfileFacts]) -> bool:
        here = any(one.region == self.anchor.region and one.account == self.anchor.account for one in enabled)
        if here or not self.anchor.enabled or self._shut_by_role(role):
            return False
        return self._policy(role, text, self._new_profile).verdict is Verdict.USABLE

    def _in_profile(self, role: RoleFacts, text: str, profile: ProfileFacts) -> Reach:
        policy = self._policy(role, text, self._freedoms[profile.arn])
        shut = self._shut_before(profile) or self._shut_by_role(role)
        because = None if shut else policy.because
        return Reach(role.arn, profile.arn, shut or policy.reason, because=because, policy=policy)

    def _in_none(self, role: RoleFacts, text: str, disabled: Sequence[ProfileFacts]) -> Reach:
        policy = self._policy(role, text, self._new_profile)
        arns = tuple(one.arn for one in disabled)
        reason = self._reason_in_none(role, policy, bool(disabled))
        because = policy.because if reason is policy.reason else None
        return Reach(role.arn, None, reason, because=because, disabled_profile_arns=arns, policy=policy)

    def _reason_in_none(self, role: RoleFacts, policy: PolicyVerdict, disabled: bool) -> Reason:  # noqa: FBT001 - A fact.
        if not self.anchor.enabled:
            return Reason.ANCHOR_DISABLED
        if disabled:
            return Reason.PROFILE_DISABLED
        # That a role stands in no profile matters only where it could be put into one.
        if policy.reason in (Reason.MALFORMED_POLICY, Reason.NOT_TRUSTED):
            return self._shut_by_role(role) or policy.reason
        return self._shut_by_role(role) or Reason.NO_PROFILE

    def _shut_before(self, profile: ProfileFacts) -> Reason | None:
        if not self.anchor.enabled:
            return Reason.ANCHOR_DISABLED
        if profile.region != self.anchor.region:
            return Reason.OTHER_REGION
        return Reason.ACCOUNT_MISMATCH if profile.account != self.anchor.account else None

    def _shut_by_role(self, role: RoleFacts) -> Reason | None:
        if role.mistake:
            return None
        if role.service_linked:
            return Reason.SERVICE_LINKED
        return Reason.ACCOUNT_MISMATCH if role.account != self.anchor.account else None

    def _policy(self, role: RoleFacts, text: str, freedom: Freedom) -> PolicyVerdict:
        if role.mistake:
            return PolicyVerdict(Reason.MALFORMED_POLICY, PolicyLine(mistake=role.mistake), names_service=None)
        policy = self._policies.get(text)
        if policy is None:
            policy = self._policies[text] = _read(role.trust_policy)
        return policy.judged(freedom)


@dataclass
class _Policy:
    """A policy that several roles or profiles share is judged once for all to which the same part of it matters."""

    statements: tuple[Statement, ...] | None
    mistake: PolicyVerdict | None
    _verdicts: dict[Hashable, PolicyVerdict] = field(default_factory=dict, init=False)
    _keys: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        conditions = (condition for one in self.statements or () for condition in one.conditions)
        self._keys = frozenset(key for condition in conditions for key in condition.keys)

    def judged(self, freedom: Freedom) -> PolicyVerdict:
        if self.statements is None or self.mistake is not None:
            return self.mistake or PolicyVerdict(Reason.MALFORMED_POLICY)
        matters = freedom.as_far_as(self._keys)
        found = self._verdicts.get(matters)
        if found is None:
            found = self._verdicts[matters] = judge_statements(self.statements, freedom)
        return found


def _read(document: object) -> _Policy:
    try:
        return _Policy(read_statements(document), None)
    except BadInput as error:
        return _Policy(None, unreadable(error))


def _text_of(policy: object) -> str:
    """A text that two policies share only when they are the same."""
    if isinstance(policy, str):
        return repr(policy)
    try:
        return json.dumps(policy, default=repr)
    except RecursionError:
        return f"policy {id(policy)}"

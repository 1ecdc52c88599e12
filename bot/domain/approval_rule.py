"""Which rule decides: rules are read from the top, and the first one that fits is the only one that counts.

The order decides, and not which rule is the most specific: people can follow it with a finger, as in a firewall, and
need not know how an account weighs against an action. What order makes dangerous is refused when Anchorwatch starts:
a rule that no action can ever reach, because one above it takes everything, and a rule that would let what can't be
undone run without one other person. What no rule fits, nobody may ask for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.plan import Risk
from bot.domain.terms import Terms

UNKNOWN = "unknown"
"""The environment of an account that the house file does not name."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for, and where. ``environment`` is production, lab, other or unknown."""

    action_id: str
    risk: Risk
    account: str
    region: str
    environment: str = UNKNOWN


@dataclass(frozen=True, slots=True)
class Scope:
    """What a rule is for; an empty part means all."""

    actions: tuple[str, ...] = ()
    risks: tuple[Risk, ...] = ()
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()

    def fits(self, asked: Asked) -> bool:
        """Whether it is for this."""
        return (
            _in(asked.action_id, self.actions)
            and _in(asked.risk, self.risks)
            and _in(asked.account, self.accounts)
            and _in(asked.region, self.regions)
            and _in(asked.environment, self.environments)
        )

    def can_fit(self, action_id: str, risk: Risk) -> bool:
        """Whether it is for this action somewhere."""
        return _in(action_id, self.actions) and _in(risk, self.risks)

    def takes_all_of(self, other: Scope) -> bool:
        """Whether everything that fits ``other`` fits this as well."""
        pairs = (
            (self.actions, other.actions),
            (self.risks, other.risks),
            (self.accounts, other.accounts),
            (self.regions, other.regions),
            (self.environments, other.environments),
        )
        return all(not mine or (bool(theirs) and set(theirs) <= set(mine)) for mine, theirs in pairs)


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """One rule: what it is for and what it asks for. Its name is ``terms.rule``."""

    scope: Scope
    terms: Terms

    @property
    def name(self) -> str:
        """What people call it."""
        return self.terms.rule


def rules_by_risk(reversible: int = 0, irreversible: int = 1, open_minutes: int = 30) -> tuple[ApprovalRule, ...]:
    """The rules without a file: how many other people must say yes to what can be undone, and to what can't."""
    what = (
        ("what can be undone", Risk.REVERSIBLE, reversible),
        ("what can't be undone", Risk.IRREVERSIBLE, irreversible),
    )
    return tuple(
        ApprovalRule(Scope(risks=(risk,)), Terms(rule=name, needed=needed, expires_minutes=open_minutes))
        for name, risk, needed in what
    )


def first_rule(rules: Iterable[ApprovalRule], asked: Asked) -> ApprovalRule | None:
    """The rule that decides; None when no rule fits."""
    return next((rule for rule in rules if rule.scope.fits(asked)), None)


def rule_mistakes(
    rules: Sequence[ApprovalRule], risks: Mapping[str, Risk], environments: Collection[str] | None = None
) -> tuple[str, ...]:
    """What is wrong with the rules, one sentence each with the rule's name.

    ``risks`` are those of the actions that there are, by id. ``environments`` are those that an account can be of;
    None means that nobody knows.
    """
    found: list[str] = []
    for number, rule in enumerate(rules):
        found.extend(f"rule “{rule.name}”: {why}" for why in _mistakes(rule, rules[:number], risks))
        nowhere = [] if environments is None else [one for one in rule.scope.environments if one not in environments]
        found.extend(
            f"rule “{rule.name}”: no account in the file that ANCHORWATCH_HOUSE names is {one}" for one in nowhere
        )
    return tuple(found)


def _mistakes(rule: ApprovalRule, above: Sequence[ApprovalRule], risks: Mapping[str, Risk]) -> Iterator[str]:
    terms = rule.terms
    if any(one.name == rule.name for one in above):
        yield "there are two of this name"
    yield from _about_actions(rule, risks)
    hiding = next((one for one in above if one.scope.takes_all_of(rule.scope)), None)
    if hiding is not None:
        yield f"can never decide: “{hiding.name}” above it fits everything that it fits"
    if sum(share.count for share in terms.shares) > terms.needed:
        yield f"at_least asks for more people than approvals = {terms.needed}"
    named = terms.named
    if terms.approvers is not None and not named.groups and len(named.users) < terms.needed:
        yield f"needs {terms.needed} yes and names {len(named.users)} who may give one"
    late = [one for one in terms.reminder_minutes if one >= terms.expires_minutes]
    if late:
        yield f"reminder_minutes: {late[0]} is not before the request expires, after {terms.expires_minutes} minutes"
    if list(terms.reminder_minutes) != sorted(set(terms.reminder_minutes)):
        yield "reminder_minutes: each must be later than the one before"


def _about_actions(rule: ApprovalRule, risks: Mapping[str, Risk]) -> Iterator[str]:
    for action_id in rule.scope.actions:
        if action_id not in risks:
            yield f"there is no action {action_id!r}"
        elif risks[action_id] is Risk.READ:
            yield f"{action_id} only reads, which needs no approval"
        elif not rule.scope.can_fit(action_id, risks[action_id]):
            yield f"{action_id} is {risks[action_id].value}, which is not among its risks"
    if not any(rule.scope.can_fit(one, risk) for one, risk in risks.items() if risk is Risk.IRREVERSIBLE):
        return
    floor = 'It fits actions that can\'t be undone; give those a rule of their own or write risks = ["reversible"].'
    if rule.terms.needed < 1:
        yield f"approvals must be at least 1. {floor}"
    if rule.terms.own_yes_counts:
        yield f"own_yes_counts must be false. {floor}"
    if not rule.terms.reason_required:
        yield f"reason_required must be true. {floor}"


def _in(value: str, wanted: tuple[str, ...]) -> bool:
    return not wanted or value in wanted

"""The settings of approvals: the file with the rules, or without one how many people must say yes, and how long."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bot import setting_values as read
from bot.domain.approval_rule import ApprovalRule, rules_by_risk
from bot.setting_values import Setting

APPROVALS = "ANCHORWATCH_APPROVALS"
_BY_RISK = (
    Setting("ANCHORWATCH_REVERSIBLE_APPROVALS", "Other people's yes for what can be undone.", read.number(0, 5), "0"),
    Setting("ANCHORWATCH_IRREVERSIBLE_APPROVALS", "Other people's yes for what can't be.", read.number(1, 5), "1"),
    Setting("ANCHORWATCH_APPROVAL_MINUTES", "How long a request stays open.", read.number(1, 1440), "30"),
)

APPROVAL_SETTINGS = (
    *_BY_RISK,
    Setting(
        APPROVALS,
        "TOML file, or s3://bucket/key, with approval rules by action, account, Region and environment; empty: the "
        "three settings above are the rules.",
        read.text,
    ),
)
"""Every setting of approvals."""


def approval_conflicts(values: Mapping[str, object], given: Collection[str]) -> list[str]:
    """What is wrong between them: numbers that a file makes void. ``given`` are the names that somebody has set."""
    if not values.get(APPROVALS):
        return []
    void = [one.name for one in _BY_RISK if one.name in given]
    return [f"{name}: means nothing beside {APPROVALS}; leave it out" for name in void]


def rules_by_settings(values: Mapping[str, object]) -> tuple[ApprovalRule, ...]:
    """The rules that hold without a file."""
    reversible, irreversible, minutes = (int(str(values[one.name])) for one in _BY_RISK)
    return rules_by_risk(reversible, irreversible, minutes)

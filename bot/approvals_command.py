"""The ``anchorwatch approvals`` command: what the approval rules give, without asking Slack or AWS."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.domain.approval import ApprovalPolicy, Decision
from bot.domain.approval_rule import ApprovalRule
from bot.domain.identity import ACCOUNT_ID
from bot.domain.ladder import Askable, Ladder
from bot.domain.people import NOBODY, People
from bot.domain.terms import Terms

_NUMBERS = (
    "ANCHORWATCH_REVERSIBLE_APPROVALS",
    "ANCHORWATCH_IRREVERSIBLE_APPROVALS",
    "ANCHORWATCH_APPROVAL_MINUTES",
)
_NEEDED = ("ANCHORWATCH_APPROVALS", "ANCHORWATCH_APPROVERS", "ANCHORWATCH_HOUSE", *_NUMBERS)


def add_approvals(commands: Any) -> None:  # noqa: ANN401 - argparse keeps the type of sub-parsers private.
    """Add the command to the others."""
    approvals = commands.add_parser(
        "approvals",
        help="say who must approve what",
        description="Check the approval rules and print what they give: the rules in their order, or with an account "
        "which rule decides about each action there. Slack is not asked. Exit 1: nobody may ask for the action there; "
        "exit 2: the rules are wrong.",
    )
    approvals.add_argument("--account", type=_account, help="the account's 12 digits")
    approvals.add_argument("--region", default="", help="the Region; without it, rules for a Region do not fit")
    approvals.add_argument("--action", help="only this action, by its id")
    approvals.set_defaults(do=_approvals)


def _account(text: str) -> str:
    if not ACCOUNT_ID.fullmatch(text):
        raise argparse.ArgumentTypeError("must be an account id")
    return text


async def _approvals(arguments: argparse.Namespace) -> int:
    from bot.registry import load_handlers  # noqa: PLC0415 - Only for this command.
    from bot.settings import some_settings  # noqa: PLC0415 - As above.

    actions = {one.id: one for one in load_handlers().askable.values() if one.risk != "read"}
    if arguments.action and arguments.action not in actions:
        sys.stderr.write(
            f"There is no action {arguments.action!r} that needs approval. There are: {', '.join(actions)}.\n"
        )
        return 2
    values = some_settings(_NEEDED)
    policy, approvers = _policy(values, actions), _ids(values.get("ANCHORWATCH_APPROVERS", ()))
    if arguments.account is None and arguments.action is None:
        sys.stdout.write("\n".join(_rule_lines(policy.rules, approvers)) + "\n")
        return 0
    wanted = [actions[arguments.action]] if arguments.action else list(actions.values())
    return _print_decisions(policy, wanted, arguments, approvers)


def _policy(values: Mapping[str, object], actions: Mapping[str, Askable]) -> ApprovalPolicy:
    from bot.adapters.approvals_file import rules_in_force  # noqa: PLC0415 - As above.
    from bot.adapters.house_file import read_house  # noqa: PLC0415 - As above.
    from bot.approval_settings import rules_by_settings  # noqa: PLC0415 - As above.
    from bot.domain.house import House  # noqa: PLC0415 - As above.

    place = str(values["ANCHORWATCH_HOUSE"])
    house = read_house(place) if place else House()
    rules = rules_in_force(str(values["ANCHORWATCH_APPROVALS"]), rules_by_settings(values), actions, house)
    return ApprovalPolicy(rules, {one.account_id: one.environment.value for one in house.accounts})


def _least(action: Askable) -> int:
    """How many other people the action itself wants; a ladder has only what its steps want."""
    return 0 if isinstance(action, Ladder) else action.least_approvals


def _print_decisions(
    policy: ApprovalPolicy, actions: Sequence[Askable], arguments: argparse.Namespace, approvers: str
) -> int:
    account = arguments.account or ""
    environment = policy.environments.get(account, "unknown")
    sys.stdout.write(f"Account {account or 'not given'} ({environment}), Region {arguments.region or 'not given'}\n")
    refused = False
    for action in actions:
        found = policy.terms_for(action.id, action.risk, account, arguments.region, least=_least(action))
        sys.stdout.write(f"\n{action.title} ({action.id}, {action.risk.value})\n")
        refused = refused or isinstance(found, Decision)
        lines = [found.sentence] if isinstance(found, Decision) else _term_lines(found, approvers)
        if isinstance(action, Ladder):
            lines.append(f"Beside that, what each step asks for alone: {', '.join(action.rungs)}")
        sys.stdout.write("".join(f"  {line}\n" for line in lines))
    return 1 if refused else 0


def _rule_lines(rules: Sequence[ApprovalRule], approvers: str) -> list[str]:
    lines = ["The first rule that fits decides; what no rule fits, nobody may ask for.", glass_line(rules)]
    for number, rule in enumerate(rules, 1):
        scope = rule.scope
        parts = {
            "actions": scope.actions,
            "risks": tuple(one.value for one in scope.risks),
            "accounts": scope.accounts,
            "Regions": scope.regions,
            "environments": scope.environments,
        }
        fits = "; ".join(f"{name}: {', '.join(found)}" for name, found in parts.items() if found) or "everything"
        lines += ["", f"{number}. {rule.name}", f"  Fits {fits}"]
        plain = replace(rule.terms, break_glass=NOBODY)
        lines += [f"  {line}" for line in _term_lines(plain, approvers)[1:]]
    return lines


def glass_line(rules: Sequence[ApprovalRule]) -> str:
    """Whether breaking the glass is open, and to whom."""
    people = next((one.terms.break_glass for one in rules), NOBODY)
    if people == NOBODY:
        return "Nobody may break the glass."
    return f"May break the glass, alone, for what can be undone: {_named(people)}"


def _term_lines(terms: Terms, approvers: str) -> list[str]:
    """What terms ask for, a line each; the first names the rule."""
    lines = [f"Rule: {terms.rule}"]
    if terms.needed == 0:
        lines.append("Needs nobody's yes")
    else:
        people = "one other person" if terms.needed == 1 else f"{terms.needed} other people"
        lines.append(f"Needs a yes from {people}: {_who(terms, approvers)}")
    lines += [f"  at least {share.count} of them from {_named(share.people)}" for share in terms.shares]
    if terms.silent.users or terms.silent.groups:
        lines.append(f"Never pinged: {_named(terms.silent)}")
    if terms.own_yes_counts:
        lines.append("An approver who asks is the first yes")
    lines.append("A reason is needed" if terms.reason_required else "A reason may be left out")
    if terms.one_time_code:
        lines.append("Asking and each yes need a one-time code")
    if terms.needed and terms.break_glass != NOBODY:
        lines.append(f"May break the glass and run it alone: {_named(terms.break_glass)}")
    if terms.needed:
        minutes = ", ".join(map(str, terms.reminder_minutes))
        lines.append(f"Reminders after {minutes} minutes" if minutes else "No reminders")
        lines.append(f"Expires after {terms.expires_minutes} minutes")
    return lines


def _who(terms: Terms, approvers: str) -> str:
    first = approvers or "ANCHORWATCH_APPROVERS" if terms.approvers is None else _named(terms.approvers)
    known = {*terms.approvers.groups, *terms.approvers.users} if terms.approvers is not None else set()
    others = [*(share.people for share in terms.shares), terms.silent]
    more = [_named(one) for one in others if not known.issuperset((*one.groups, *one.users))]
    return "; ".join(dict.fromkeys([first, *more]))


def _named(people: People) -> str:
    ids = ", ".join((*people.groups, *people.users))
    return f"{people.name} ({ids})" if people.name and people.name != ids else ids


def _ids(value: object) -> str:
    return f"ANCHORWATCH_APPROVERS ({', '.join(map(str, value))})" if isinstance(value, tuple) and value else ""

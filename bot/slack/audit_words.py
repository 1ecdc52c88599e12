"""What the thread says of the report of all roles."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from bot.domain.case import Case
from bot.domain.role_audit import RoleAuditFailed
from bot.service.guide.read_role_audit import AccountAudit
from bot.slack.text import code, date, defang, fallback, marked, shown

_SENTENCE = 400
_MOST_NOTES = 8
_APOSTROPHE = (
    "The table opens in a spreadsheet; a ' stands before signs that could begin a formula. The JSON has every value as "
    "AWS has it."
)


def audit_comment(case: Case, audit: AccountAudit, at: datetime) -> str:
    """What stands above the files: the report in a few lines, when it was read, and what is missing in it."""
    lines = [f"*Roles that trust IAM Roles Anywhere* in account {code(case.target.account, 40)}, read {date(at)}."]
    lines.append(f"{_counted(audit)} {_open(audit)}")
    lines += [f"• Not read: {_said(one)}" for one in audit.not_read[:_MOST_NOTES]]
    more = len(audit.not_read) - _MOST_NOTES
    lines += [f"• And {more} more {'thing' if more == 1 else 'things'}, in the JSON."] if more > 0 else []
    lines.append(_APOSTROPHE)
    return fallback("\n".join(lines))


def failed_words(event: RoleAuditFailed) -> str:
    """The thread's line when there is no report."""
    again = "Ask for it again on the guide's page of tasks once that is mended."
    return f"*Report of all roles: not made.* {_said(event.why)} {again}"


def _counted(audit: AccountAudit) -> str:
    roles = len(audit.rows)
    trust = "trusts" if roles == 1 else "trust"
    if audit.all_roles is None:
        return f"{roles} of the roles in profiles {trust} it; the others could not be listed."
    return f"{roles} of the account's {audit.all_roles} roles {trust} it."


def _open(audit: AccountAudit) -> str:
    found = Counter(one.verdict for one in audit.rows)
    away = sum(one.one_new_profile_away == "yes" for one in audit.rows)
    administrators = sum(one.administrator == "yes" for one in audit.rows)
    words = [f"{found['usable']} open to this CA now", f"{away} one new profile away"]
    if found["undetermined"]:
        words.append(f"{found['undetermined']} not determined")
    words.append(f"{administrators} {'is an administrator' if administrators == 1 else 'are administrators'}")
    switched = "" if audit.enabled else " The trust anchor is disabled, so none is open now."
    return f"{', '.join(words)}.{switched}"


def _said(text: str) -> str:
    return marked(shown(defang(text), _SENTENCE), text)

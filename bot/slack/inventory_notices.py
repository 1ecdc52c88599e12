"""What the operations channel hears of the inventory of approved CAs."""

from __future__ import annotations

from bot.domain.inventory_log import AlertSilenced, ApprovalEnds, CaApproved, CaRemoved, InventoryNotice
from bot.slack.text import code, defang, marked, mention_user, shown


def inventory_words(event: InventoryNotice) -> str:
    """The line, safe to show: names and actors in it were written by others."""
    match event:
        case CaApproved():
            return _approved(event)
        case CaRemoved(entry_id=entry_id, case_id=case_id):
            entry = code(entry_id, 20)
            return f"{_people(event)} removed a CA from the inventory in case {case_id}: it rings again. Entry {entry}."
        case AlertSilenced():
            return _silenced(event)
        case ApprovalEnds(name=name, owner=owner, ends=ends, ended=ended):
            what = f"The approval of CA {_said(name)} ({_said(owner)})"
            if ended:
                return f"{what} has ended on {ends}: from now on it rings."
            return f"{what} ends on {ends}: after that day it rings. Approve it anew if it is still in use."
    return (
        "*The nightly self-check failed: an external CA that nobody knows would not ring.* "
        f"Alerts may be missing. {_said(event.why)}"
    )


def _approved(event: CaApproved) -> str:
    where = f"{', '.join(event.accounts)} in {', '.join(event.regions) or 'all Regions'}"
    keys = ", ".join(key[:16] for key in event.keys)
    return (
        f"{_people(event)} approved the CA {_said(event.name)} in case {event.case_id}: trust anchors with it in "
        f"{code(where, 200)} don't ring until {event.ends}. {_said(event.owner)} answers for it. Keys: {code(keys, 60)}"
    )


def _people(event: CaApproved | CaRemoved) -> str:
    return " and ".join(mention_user(one) for one in dict.fromkeys((event.requester, *event.approvers)))


def _silenced(event: AlertSilenced) -> str:
    return (
        f"Approved CA, not rung: {code(event.event_name, 60)} by {marked(code(defang(event.actor), 200), event.actor)} "
        f"in account {code(event.account, 40)}, {code(event.region, 40)}. "
        f"Trust anchor {marked(code(event.anchor, 300), event.anchor)}. {_said(event.why, 500)}."
    )


def _said(text: str, limit: int = 120) -> str:
    return marked(shown(defang(text), limit), text)

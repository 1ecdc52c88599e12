"""What a closing note says before anybody writes it: the cause by the facts, what was done, and what stays open."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from bot.domain.case import Case, RequestState
from bot.domain.case_evidence import evidence_of
from bot.domain.closing_note import MOST_CAUSE_CHARACTERS, MOST_POINTS
from bot.domain.followups import MOST_SENTENCE_CHARACTERS
from bot.domain.incident import incident_done
from bot.domain.session_ends import endless_keys
from bot.domain.verdict import Priority, verdict

_MOST_DONE = 12
_MINUTE, _MINUTE_CHARACTERS = "%Y-%m-%d %H:%M", 16
_MOST_NAMED = 5
_KEY = "closing:"
# What an action leaves behind until the second one takes it back, and the point that says so.
_LEFT_BEHIND = (
    (
        ("revoke_role_sessions", "revoke_known_sessions"),
        "lift_session_revocation",
        "Lift Session Revocation once the old sessions are over: its policies are still on the roles.",
    ),
    (
        ("quarantine_actor",),
        "release_actor",
        "Release the caller, or replace its access key: what made the trust anchor is still quarantined.",
    ),
    (
        ("deactivate_made_keys",),
        "reactivate_made_keys",
        "Delete the new access keys, and the users that were made for them: they are only deactivated.",
    ),
    (("disable_profile",), "enable_profile", "Enable the profiles again that your own workloads use, or delete them."),
)
_HARDEN = "Harden: the guide's last pages have the policies, the event pattern and the Config rule with these ARNs."


def cause_of(case: Case) -> str:
    """The cause as far as the facts say it, for a person to complete."""
    detection = case.detection
    who = detection.actor.arn or detection.actor.name or "Somebody"
    when = f"{detection.happened_at:%Y-%m-%d %H:%M} UTC"
    weighed = verdict(case.flags, case.investigation.answers.values())
    first = f"{who} called {detection.event_name} on {when} in account {detection.account}, {detection.region}."
    # Of medium priority nothing decided, and that is no cause.
    why = f" {weighed.why}" if weighed.priority is not Priority.MEDIUM else ""
    return f"{first}{why}"[:MOST_CAUSE_CHARACTERS]


def done_of(case: Case) -> tuple[str, ...]:
    """What was done, as the log has it, oldest first: at most 12 sentences, the newest."""
    acts = [one for one in case.requests.values() if not one.is_read and one.state is RequestState.DONE]
    said = [
        f"{one.ended_at:{_MINUTE}} UTC, {one.action_id.replace('_', ' ')}: {one.sentence}"
        for one in acts
        if one.ended_at is not None
    ]
    whole = sorted([*incident_done(case.tasks.incident), *said], key=lambda one: one[:_MINUTE_CHARACTERS])
    return tuple(whole[-_MOST_DONE:])


def points_of(case: Case) -> tuple[str, ...]:
    """What stays open by the facts, one sentence each."""
    return tuple(one[:MOST_SENTENCE_CHARACTERS] for one in _points(case))[:MOST_POINTS]


def points_in(text: str) -> tuple[str, ...]:
    """The points in what a person wrote, one a line; of the same twice, one."""
    lines = (" ".join(line.split()).removeprefix("• ").removeprefix("- ") for line in text.splitlines())
    return tuple(dict.fromkeys(one[:MOST_SENTENCE_CHARACTERS] for one in lines if one))


def point_key(sentence: str) -> str:
    """By what a point of a closing note is known again when the note is corrected."""
    return f"{_KEY}{hashlib.sha256(sentence.encode()).hexdigest()[:16]}"


def open_points(case: Case) -> tuple[str, ...]:
    """The points of the closing note that nobody has ended yet."""
    return tuple(one.sentence for one in case.followups.open if one.key.startswith(_KEY))


def note_is_due(case: Case) -> bool:
    """Whether a closing note can be written: the case is contained or closed."""
    return bool(case.detections) and (case.contained_by is not None or case.closed is not None)


def _points(case: Case) -> Iterator[str]:
    contained = case.contained_by is not None
    known = evidence_of(case)
    open_roles = [one.arn.rpartition("/")[2] for one in known.roles if one.open]
    if contained and open_roles:
        yield f"Pin the trust policies of {_counted(open_roles, 'role')} to the trust anchors that are yours."
    if contained and known.profiles and not _stands(case, ("disable_profile",), "enable_profile"):
        names = [one.name or one.arn for one in known.profiles]
        work = "it works" if len(names) == 1 else "they work"
        yield f"Disable or narrow {_counted(names, 'profile')}: {work} with every trust anchor of the account."
    endless = endless_keys(case)
    if endless:
        yield f"Delete the keys that sessions made and that do not end by themselves: {endless} known."
    yield from (sentence for acts, undo, sentence in _LEFT_BEHIND if _stands(case, acts, undo))
    state = case.known_state or {}
    if contained and state.get("exists") != "no":
        yield "Delete the trust anchor, or make it one of AWS Private CA: it is only disabled."
    if contained:
        yield _HARDEN
    if case.closed is not None and not contained and state.get("enabled") == "no":
        yield "Enable the trust anchor again, if it is needed: it is still disabled."


def _counted(names: list[str], what: str) -> str:
    """``2 roles (a, b)``."""
    named = ", ".join(names[:_MOST_NAMED])
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"{len(names)} {what}{'' if len(names) == 1 else 's'} ({named}{more})"


def _stands(case: Case, actions: tuple[str, ...], undo: str) -> bool:
    """Whether the newest of these that was done is not the undoing one."""
    names = (*actions, undo)
    done = [one for one in case.requests.values() if one.state is RequestState.DONE and one.action_id in names]
    done.sort(key=lambda one: one.ended_at or one.at)
    return bool(done) and done[-1].action_id != undo

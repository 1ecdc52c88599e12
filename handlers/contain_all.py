"""Contain everything that can be undone, in one go: shut the doors, end the sessions, stop the caller.

The trust anchor comes first, so that no new session begins through it; then the profiles, through which another trust
anchor would open the same roles; then the sessions that there are, which nothing can add to any more; then the caller,
who could open the doors again; last the access keys that sessions and caller made, to which nobody can add any more.

Deleting the trust anchor is no rung of it: it can't be undone, so it is decided alone, by two people who read that plan
and no other. There is no going back in one go either: each way back opens another door, so each is asked for by itself.
"""

from __future__ import annotations

from bot.domain.action import Ladder

ACTION = Ladder(
    id="contain_all",
    title="Contain All",
    about=(
        "Shuts the trust anchor and the profiles, ends the sessions that there are, stops the caller, and deactivates "
        "the access keys that were made: each step by itself, in this order. Each can be undone."
    ),
    rungs=(
        "disable_trust_anchor",
        "disable_profile",
        "revoke_role_sessions",
        "quarantine_actor",
        "deactivate_made_keys",
    ),
    contains=True,
    rung=5,
)

"""Plays one scenario by its name."""

from collections.abc import Callable

from bot.sandbox.scenarios import busy_account, doors, leaked_key, many_accounts, ours, own_door, quiet_changes
from bot.sandbox.scenarios.stage import Stage
from bot.sandbox.scenarios.truth import Played

SCENARIOS: dict[str, Callable[[Stage], Played]] = {
    "unused-anchor": leaked_key.unused_anchor,
    "used-once": leaked_key.used_once,
    "chained": leaked_key.chained,
    "exfiltration": leaked_key.exfiltration,
    "own-door": own_door.own_door,
    "approved-vendor-ca": ours.approved_vendor_ca,
    "lab": ours.lab,
    "denied-permissions": doors.denied_permissions,
    "pinned-roles": doors.pinned_roles,
    "administrator-reachable": doors.administrator_reachable,
    "sleeping-anchor-enabled": quiet_changes.sleeping_anchor_enabled,
    "update-in-place": quiet_changes.update_in_place,
    "same-ca-in-five-accounts": many_accounts.same_ca_in_five_accounts,
    "busy-account": busy_account.busy_account,
}


def play(name: str, endpoint_url: str) -> Played:
    """Seed and play a scenario in the stand-in of this process, which must have AWS's own policies.

    Args:
        name: One of :data:`bot.sandbox.scenarios.TITLES`.
        endpoint_url: Where the stand-in runs.

    Raises:
        KeyError: There is no scenario of that name.
    """
    return SCENARIOS[name](Stage(endpoint_url))

"""Small worlds whose truth is known: accounts are seeded, an attack or a change is played through real API calls.

Each scenario is a function ``play(stage)`` that answers a :class:`bot.sandbox.scenarios.truth.Played`. The names are
here and import nothing, so that the command's help stays fast; ``bot.sandbox.scenarios.play`` plays one by name.
"""

TITLES = {
    "unused-anchor": "a leaked key makes a trust anchor; nobody has used it",
    "used-once": "one certificate of the new CA got a session and looked around",
    "chained": "the session goes on into a role of another account",
    "exfiltration": "the session reads secrets, shares a snapshot and leaves an access key behind",
    "own-door": "a stolen key makes anchor, role and profile, opens one more role, enters both and leaves keys behind",
    "approved-vendor-ca": "the PKI team puts the vendor's approved CA into one more Region",
    "lab": "a developer tries a self-signed CA in a sandbox account",
    "denied-permissions": "Anchorwatch's read role may not look into CloudTrail, IAM's lists and the metrics",
    "pinned-roles": "every role is shut to the new anchor; two certificates tried and were refused",
    "administrator-reachable": "conditions on certificates do not keep the CA's owner out of an administrator role",
    "sleeping-anchor-enabled": "an anchor that was made two months ago, disabled, is switched on and used",
    "update-in-place": "a trusted anchor gets another CA under the same ARN, and its pinned roles open",
    "same-ca-in-five-accounts": "one role of a hub account puts the same CA into five accounts",
    "busy-account": "10 profiles, 300 roles and 5,000 events in 90 days: how fast is the investigation",
}
"""What each scenario is about, by its name."""

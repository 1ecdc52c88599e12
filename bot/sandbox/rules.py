"""The approval rules of the demo: its account is production, where a deletion needs two yes, one of the PKI team."""

from __future__ import annotations

from bot.sandbox.slack import seed as people

PRODUCTION_RULES = f"""
[people]
approvers = ["{people.APPROVERS_GROUP}"]
pki = ["{people.PKI_GROUP}"]

[[rule]]
name = "production, what can't be undone"
environments = ["production"]
risks = ["irreversible"]
approvals = 2
approvers = ["approvers"]
at_least = {{ pki = 1 }}
reminder_minutes = [1, 3, 10]

[[rule]]
name = "what can be undone"
risks = ["reversible"]
approvals = 0

[[rule]]
name = "everything else"
approvals = 1
"""

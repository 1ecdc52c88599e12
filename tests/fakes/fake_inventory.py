"""The inventory of approved CAs as actions see it, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.errors import AwsError

INVENTORY_CALLS = tuple(
    f"anchorwatch:{operation}" for operation in ("GetApprovedCa", "ListCasesItSilences", "ApproveCa", "RemoveCa")
)


@dataclass
class FakeInventory:
    """What was approved, by entry id, and the past cases that an approval is told of."""

    approved: dict[str, dict[str, Any]] = field(default_factory=dict)
    past: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, permission: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Do what the operation does."""
        match permission.partition(":")[2]:
            case "GetApprovedCa":
                found = self.approved.get(parameters["entry_id"])
                return {} if found is None else {"approvedCa": {"ends": found["ends"], "silenced": 0}}
            case "ListCasesItSilences":
                return {"cases": list(self.past)}
            case "ApproveCa":
                self.approved.setdefault(parameters["entry_id"], dict(parameters))
                return {}
            case "RemoveCa":
                self.approved.pop(parameters["entry_id"], None)
                return {}
        raise AwsError("UnknownOperation", "this fake does not have it", permission)

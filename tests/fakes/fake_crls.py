"""The revocation lists of one account and Region, in memory: two for each trust anchor, given back as base64."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from bot.domain.errors import AwsError, AwsNotFound

CRL_CALLS = tuple(f"rolesanywhere:{one}" for one in ("ListCrls", "ImportCrl", "EnableCrl", "DisableCrl", "DeleteCrl"))
_MOST = 2


class FakeCrls:
    """Lists by id; ids count up from what is there, so that what is imported again is as it was."""

    def __init__(self) -> None:
        self.lists: dict[str, dict[str, Any]] = {}

    def answer(self, permission: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Do what the operation does."""
        if permission == "rolesanywhere:ListCrls":
            return {"crls": deepcopy(list(self.lists.values()))}
        if permission == "rolesanywhere:ImportCrl":
            return {"crl": deepcopy(self._import(parameters))}
        found = self.lists.get(parameters["crlId"])
        if found is None:
            raise AwsNotFound("ResourceNotFoundException", "CRL was not found", permission)
        if permission == "rolesanywhere:DeleteCrl":
            return {"crl": self.lists.pop(parameters["crlId"])}
        found["enabled"] = permission == "rolesanywhere:EnableCrl"
        return {"crl": deepcopy(found)}

    def _import(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        arn = parameters["trustAnchorArn"]
        if sum(one["trustAnchorArn"] == arn for one in self.lists.values()) >= _MOST:
            raise AwsError("ValidationException", "A trust anchor can have at most 2 CRLs", "rolesanywhere:ImportCrl")
        crl_id = f"crl-{len(self.lists) + 1}"
        self.lists[crl_id] = {
            "crlId": crl_id,
            "name": parameters["name"],
            "crlData": base64.b64encode(parameters["crlData"]).decode(),
            "trustAnchorArn": arn,
            "enabled": parameters["enabled"],
        }
        return self.lists[crl_id]

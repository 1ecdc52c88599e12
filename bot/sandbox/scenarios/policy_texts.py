"""Policies as the scenarios write them."""

import json
from typing import Any

SERVICE = "rolesanywhere.amazonaws.com"
THREE_ACTIONS = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")


def allow(actions: str | list[str], resource: str = "*") -> str:
    """An identity policy that allows actions."""
    return _document({"Effect": "Allow", "Action": actions, "Resource": resource})


def anywhere_trust(condition: dict[str, Any] | None = None) -> str:
    """A trust policy for Roles Anywhere; without a condition any certificate of any anchor is let in."""
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": list(THREE_ACTIONS)}
    return _document(statement | ({"Condition": condition} if condition else {}))


def service_trust(service: str) -> str:
    """A trust policy for another AWS service."""
    return _document({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"})


def principal_trust(arn: str) -> str:
    """A trust policy for a user, a role or an account."""
    actions = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]
    return _document({"Effect": "Allow", "Principal": {"AWS": arn}, "Action": actions})


def _document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

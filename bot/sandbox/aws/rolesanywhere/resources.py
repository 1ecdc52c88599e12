"""The things that the service keeps: trust anchors, profiles, subjects and revocation lists."""

from copy import deepcopy
from datetime import datetime
from typing import Any

from moto.core.common_models import BaseModel
from moto.moto_api._internal import mock_random

from bot.sandbox.aws.service_time import service_time

# Days before expiry at which AWS notifies, and who set that.
# See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/customize-notification-settings.html
_DEFAULT_THRESHOLD_DAYS = 45
_CONFIGURED_BY_AWS = "rolesanywhere.amazonaws.com"
_EVENTS = ("CA_CERTIFICATE_EXPIRY", "END_ENTITY_CERTIFICATE_EXPIRY")

DEFAULT_SESSION_SECONDS = 3600
_DEFAULT_MAPPINGS = {"x509Issuer": ["*"], "x509SAN": ["DNS", "URI", "Name/*"], "x509Subject": ["*"]}


class Resource(BaseModel):
    """What every resource has: an id, an ARN, a name, a switch, an alias and two times.

    Args:
        arn_base: `arn:<partition>:rolesanywhere:<region>:<account>`.
        request: The members of the request that made it; `enabled` absent means disabled.
    """

    kind = ""
    member = ""

    def __init__(self, arn_base: str, request: dict[str, Any]) -> None:
        self.id = str(mock_random.uuid4())
        self.arn_base = arn_base
        self.arn = f"{arn_base}:{self.kind}/{self.id}"
        self.name = request.get("name")
        self.enabled = bool(request.get("enabled", False))
        self.alias = request.get("aliasName") or None
        self.created_at: datetime = service_time.now()
        self.updated_at = self.created_at

    @property
    def alias_arn(self) -> str | None:
        """The ARN that names it by its alias; None without one."""
        return f"{self.arn_base}:alias/{self.kind}/{self.alias}" if self.alias else None

    def touch(self) -> None:
        """Note that it was changed now."""
        self.updated_at = service_time.now()

    def detail(self) -> dict[str, Any]:
        """Its members as the API answers them, those without a value left out."""
        members = {
            f"{self.member}Id": self.id,
            f"{self.member}Arn": self.arn,
            "name": self.name,
            "enabled": self.enabled,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
            "aliasName": self.alias,
            "aliasArn": self.alias_arn,
            **self.own_members(),
        }
        return {name: deepcopy(value) for name, value in members.items() if value is not None}

    def own_members(self) -> dict[str, Any]:
        """The members that only this kind has."""
        return {}


class TrustAnchor(Resource):
    """A CA whose certificates this account and Region accept."""

    kind = "trust-anchor"
    member = "trustAnchor"

    def __init__(self, arn_base: str, request: dict[str, Any]) -> None:
        super().__init__(arn_base, request)
        self.source = request["source"]
        self.crl_dp_revocation_enabled = request.get("crlDpRevocationEnabled")
        self.settings = {event: _default_setting(event) for event in _EVENTS}
        self.put_settings(request.get("notificationSettings", []), configured_by=arn_base.split(":")[4])

    def put_settings(self, settings: list[dict[str, Any]], configured_by: str) -> None:
        """Replace the named notification settings; the others stay."""
        for setting in settings:
            base = _default_setting(setting["event"])
            self.settings[setting["event"]] = {**base, **setting, "configuredBy": configured_by}

    def reset_settings(self, events: list[str]) -> None:
        """Bring the named notification settings back to AWS's own."""
        self.settings.update({event: _default_setting(event) for event in events})

    def own_members(self) -> dict[str, Any]:
        """The source with its certificates, and the notification settings."""
        return {
            "source": self.source,
            "crlDpRevocationEnabled": self.crl_dp_revocation_enabled,
            "notificationSettings": list(self.settings.values()),
        }


class Profile(Resource):
    """The roles that a certificate may enter, with their session limits; it names no trust anchor."""

    kind = "profile"
    member = "profile"
    changeable = ("roleArns", "managedPolicyArns", "sessionPolicy", "durationSeconds", "acceptRoleSessionName")

    def __init__(self, arn_base: str, request: dict[str, Any], created_by: str) -> None:
        super().__init__(arn_base, request)
        self.created_by = created_by
        self.require_instance_properties = request.get("requireInstanceProperties")
        self.settings: dict[str, Any] = {
            "durationSeconds": DEFAULT_SESSION_SECONDS,
            "acceptRoleSessionName": False,
            "roleArns": [],
        }
        self.change(request)
        self.mappings = {field: list(rules) for field, rules in _DEFAULT_MAPPINGS.items()}

    def change(self, request: dict[str, Any]) -> None:
        """Replace the settings that the request names; the others stay."""
        self.settings.update({name: request[name] for name in self.changeable if name in request})

    def own_members(self) -> dict[str, Any]:
        """Roles, limits, mappings and the ARN of the caller who made it."""
        mappings = [
            {"certificateField": field, "mappingRules": [{"specifier": rule} for rule in rules]}
            for field, rules in self.mappings.items()
        ]
        return {
            **self.settings,
            "createdBy": self.created_by,
            "requireInstanceProperties": self.require_instance_properties,
            "attributeMappings": mappings,
        }


class Crl(Resource):
    """A revocation list of one trust anchor; certificates that it names get no sessions while it is enabled."""

    kind = "crl"
    member = "crl"

    def __init__(self, arn_base: str, request: dict[str, Any]) -> None:
        super().__init__(arn_base, request)
        self.data: bytes = request["crlData"]
        self.trust_anchor_arn: str = request["trustAnchorArn"]

    def own_members(self) -> dict[str, Any]:
        """The list itself and whose it is."""
        return {"crlData": self.data, "trustAnchorArn": self.trust_anchor_arn}


class Subject(Resource):
    """An X.509 subject that has authenticated; it names no trust anchor."""

    kind = "subject"
    member = "subject"

    def __init__(self, arn_base: str, x509_subject: str) -> None:
        super().__init__(arn_base, {"enabled": True})
        self.x509_subject = x509_subject
        self.credentials: list[dict[str, Any]] = []

    def saw(self, credential: dict[str, Any]) -> None:
        """Note one more authentication with one of its certificates."""
        self.credentials.append({"seenAt": service_time.now(), "enabled": True, "failed": False, **credential})
        self.touch()

    def own_members(self) -> dict[str, Any]:
        """The subject name, when it was last seen and with which certificates."""
        return {
            "x509Subject": self.x509_subject,
            "lastSeenAt": self.updated_at,
            "credentials": self.credentials,
            "instanceProperties": [],
        }


def _default_setting(event: str) -> dict[str, Any]:
    return {
        "enabled": True,
        "event": event,
        "threshold": _DEFAULT_THRESHOLD_DAYS,
        "channel": "ALL",
        "configuredBy": _CONFIGURED_BY_AWS,
    }

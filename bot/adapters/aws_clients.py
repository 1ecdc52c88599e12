"""boto3 clients with the bot's own credentials or an assumed role's. Everything here blocks: call it in threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.config import Config

from bot.adapters.aws_errors import aws_errors

# The shortest that STS gives, so that a leaked key is soon worth nothing.
# See: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
_SESSION_SECONDS = 900
_REFRESH_BEFORE_EXPIRY = timedelta(minutes=2)
READ_ATTEMPTS = 3
# A call that changes something is never sent again by botocore: the answer to the second attempt would hide the
# effect of the first.
ONE_ATTEMPT = 1


@dataclass(frozen=True, slots=True)
class RoleSession:
    """A role to assume. ``policy`` is a session policy as JSON text, or None for all that the role may do.

    ``source_identity`` is the person behind it, which CloudTrail shows on every call; ``tags`` are keys and values.
    """

    role_arn: str
    session_name: str
    policy: str | None = None
    source_identity: str | None = None
    tags: tuple[tuple[str, str], ...] = ()

    def request(self, external_id: str) -> dict[str, Any]:
        """The members of AssumeRole's request; an empty ``external_id`` is none."""
        optional = {
            "Policy": self.policy,
            "SourceIdentity": self.source_identity,
            "Tags": [{"Key": key, "Value": value} for key, value in self.tags],
            "ExternalId": external_id,
        }
        return {
            "RoleArn": self.role_arn,
            "RoleSessionName": self.session_name,
            "DurationSeconds": _SESSION_SECONDS,
            **{name: value for name, value in optional.items() if value},
        }


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait for a connection, and for the next bytes of an answer."""

    connect_seconds: float = 3
    read_seconds: float = 10


class AwsClients:
    """Makes clients when they are first needed and keeps them per credentials, service and Region.

    Args:
        timeouts: of every client.
        now: aware UTC time.
        external_id: of every role that is assumed; empty means none.
    """

    def __init__(self, timeouts: Timeouts, now: Callable[[], datetime], external_id: str = "") -> None:
        self._timeouts = timeouts
        self._external_id = external_id
        self._now = now
        # Making clients is not thread-safe in boto3, using them is.
        self._lock = threading.RLock()
        self._session: boto3.Session | None = None
        self._sets: dict[RoleSession | None, _ClientSet] = {}

    def client(self, role: RoleSession | None, service: str, region: str, *, attempts: int) -> Any:  # noqa: ANN401 - boto3's clients have no static type.
        """A client that is good for one call now.

        Args:
            role: whose credentials; None means the bot's own.
            service: as boto3 names it.
            region: of the endpoint.
            attempts: how often botocore may send a request.

        Raises:
            AwsError: the role can't be assumed.
        """
        key = (service, region, attempts)
        # Making some service's first client takes long, and a containment must not wait for that.
        kept = self._sets.get(role)
        ready = None if kept is None or self._needs_keys(kept, role) else kept.by_key.get(key)
        if ready is not None:
            return ready
        clients = self._set_of(role)
        with clients.lock:
            self._keep_good(clients, role, region)
            if key not in clients.by_key:
                clients.by_key[key] = self._make(service, region, attempts, clients.keys)
            return clients.by_key[key]

    def access_key_id(self, role: RoleSession | None, region: str) -> str | None:
        """The access key with which calls are signed now; None when boto3 finds no credentials.

        Raises:
            AwsError: the role can't be assumed.
        """
        if role is None:
            with self._lock, aws_errors("sts:*", reads=True):
                credentials = self._boto().get_credentials()
            return None if credentials is None else str(credentials.access_key)
        clients = self._set_of(role)
        with clients.lock:
            self._keep_good(clients, role, region)
            return clients.keys["aws_access_key_id"]

    def _set_of(self, role: RoleSession | None) -> _ClientSet:
        with self._lock:
            self._forget_expired()
            return self._sets.setdefault(role, _ClientSet())

    def _keep_good(self, clients: _ClientSet, role: RoleSession | None, region: str) -> None:
        """Assume the role where its session is over or nearly so; the set's lock is held."""
        if role is not None and self._needs_keys(clients, role):
            clients.renew(*self._assumed(role, region))

    def _needs_keys(self, clients: _ClientSet, role: RoleSession | None) -> bool:
        return role is not None and clients.expires_at - self._now() < _REFRESH_BEFORE_EXPIRY

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            for clients in self._sets.values():
                clients.close()
            self._sets.clear()

    def _forget_expired(self) -> None:
        for role in [role for role, clients in self._sets.items() if role and clients.is_over(self._now())]:
            self._sets.pop(role).close()

    def _assumed(self, role: RoleSession, region: str) -> tuple[dict[str, str], datetime]:
        with self._lock:
            home = self._boto().region_name or region
        sts = self.client(None, "sts", home, attempts=READ_ATTEMPTS)
        with aws_errors("sts:AssumeRole", reads=True):
            answer = sts.assume_role(**role.request(self._external_id))
        given = answer["Credentials"]
        keys = {
            "aws_access_key_id": given["AccessKeyId"],
            "aws_secret_access_key": given["SecretAccessKey"],
            "aws_session_token": given["SessionToken"],
        }
        return keys, given["Expiration"].astimezone(UTC)

    def _make(self, service: str, region: str, attempts: int, keys: dict[str, str]) -> Any:  # noqa: ANN401 - as above.
        config = Config(
            connect_timeout=self._timeouts.connect_seconds,
            read_timeout=self._timeouts.read_seconds,
            retries={"mode": "standard", "total_max_attempts": attempts},
            user_agent_extra="anchorwatch",
        )
        with self._lock, aws_errors(f"{service}:*", reads=True):
            make: Any = self._boto().client
            return make(service, region_name=region, config=config, **keys)

    def _boto(self) -> boto3.Session:
        if self._session is None:
            self._session = boto3.Session()
        return self._session


class _ClientSet:
    """The clients of one set of credentials; ``keys`` is empty for the bot's own."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.keys: dict[str, str] = {}
        self.expires_at = datetime.min.replace(tzinfo=UTC)
        self.by_key: dict[tuple[str, str, int], Any] = {}
        self._retired: list[Any] = []

    def renew(self, keys: dict[str, str], expires_at: datetime) -> None:
        """Take new credentials; the old clients stay open a while, because a call may be under way in them."""
        for client in self._retired:
            client.close()
        self._retired = list(self.by_key.values())
        self.by_key, self.keys, self.expires_at = {}, keys, expires_at

    def is_over(self, now: datetime) -> bool:
        """Whether the credentials expired, and long enough ago that no call is under way."""
        return bool(self.keys) and now - self.expires_at > _REFRESH_BEFORE_EXPIRY

    def close(self) -> None:
        """Close every connection."""
        for client in (*self._retired, *self.by_key.values()):
            client.close()

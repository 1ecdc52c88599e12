"""Who makes a call: the access key of the signature, traced to a user, a session, or the account's root.

Signatures are not verified, and a key that nobody was given acts as root: so an empty account can be seeded.
"""

import threading
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from moto.iam.models import User, iam_backends

PARTITION = "aws"


@dataclass(frozen=True)
class Session:
    """An assumed role's session.

    Attributes:
        access_key_id: The temporary key, `ASIA...`.
        account_id: The role's account.
        role_arn: The IAM role.
        role_id: Its unique id, `AROA...`.
        session_name: The role session name.
        source_identity: Set at the start of the chain and never changed after; None without one.
        policy: The session policy as JSON text; None when the session is not narrowed.
        started_at: Aware UTC time.
    """

    access_key_id: str
    account_id: str
    role_arn: str
    role_id: str
    session_name: str
    source_identity: str | None
    policy: str | None
    started_at: datetime

    @property
    def role_name(self) -> str:
        """The last part of the role's ARN."""
        return self.role_arn.rpartition("/")[2]

    @property
    def arn(self) -> str:
        """The session's own ARN."""
        return f"arn:{PARTITION}:sts::{self.account_id}:assumed-role/{self.role_name}/{self.session_name}"


@dataclass(frozen=True)
class Caller:
    """Who signed a call.

    Attributes:
        account_id: The account it acts in.
        arn: User, session or root.
        identity: The `userIdentity` of a CloudTrail record.
        session: The session behind it; None for users and root.
    """

    account_id: str
    arn: str
    identity: dict[str, Any]
    session: Session | None = None


class Callers:
    """Knows every session that was started here.

    Args:
        account_id: The account of keys that nobody was given.
    """

    def __init__(self, account_id: str) -> None:
        self._account_id = account_id
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}

    def start_session(self, session: Session, started_by: Caller | None) -> Session:
        """Remember a session; a source identity of the caller's own session goes on through the chain."""
        inherited = started_by.session.source_identity if started_by and started_by.session else None
        kept = replace(session, source_identity=inherited or session.source_identity)
        with self._lock:
            self._sessions[kept.access_key_id] = kept
        return kept

    def behind(self, access_key_id: str, root_of: str | None = None) -> Caller:
        """Find who holds an access key.

        Args:
            access_key_id: The key of the signature.
            root_of: The account whose root an unknown key is; None means the stand-in's own account.
        """
        with self._lock:
            session = self._sessions.get(access_key_id)
        if session:
            return Caller(session.account_id, session.arn, _session_identity(session), session)
        user = _user_with(access_key_id)
        if user:
            return Caller(user.account_id, user.arn, _user_identity(user, access_key_id))
        return _root(root_of or self._account_id, access_key_id)


def role_id(role_arn: str) -> str | None:
    """The unique id of a role, `AROA...`; None when there is no such role."""
    roles = iam_backends[role_arn.split(":")[4]][PARTITION].get_roles()
    return next((role.id for role in roles if role.arn == role_arn), None)


def _user_with(access_key_id: str) -> User | None:
    for accounts in list(iam_backends.values()):
        user = accounts[PARTITION].get_user_from_access_key_id(access_key_id)
        if user:
            return user
    return None


def _session_identity(session: Session) -> dict[str, Any]:
    context: dict[str, Any] = {
        "sessionIssuer": {
            "type": "Role",
            "principalId": session.role_id,
            "arn": session.role_arn,
            "accountId": session.account_id,
            "userName": session.role_name,
        },
        "webIdFederationData": {},
        "attributes": {
            "creationDate": session.started_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "mfaAuthenticated": "false",
        },
    }
    if session.source_identity:
        context["sourceIdentity"] = session.source_identity
    return {
        "type": "AssumedRole",
        "principalId": f"{session.role_id}:{session.session_name}",
        "arn": session.arn,
        "accountId": session.account_id,
        "accessKeyId": session.access_key_id,
        "sessionContext": context,
    }


def _user_identity(user: User, access_key_id: str) -> dict[str, Any]:
    return {
        "type": "IAMUser",
        "principalId": _user_id(user),
        "arn": user.arn,
        "accountId": user.account_id,
        "accessKeyId": access_key_id,
        "userName": user.name,
    }


def _user_id(user: User) -> str:
    # moto's ids of users lack the prefix that AWS gives them.
    # See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
    return f"AIDA{user.id.upper()[:17]}"


def _root(account_id: str, access_key_id: str) -> Caller:
    arn = f"arn:{PARTITION}:iam::{account_id}:root"
    identity = {
        "type": "Root",
        "principalId": account_id,
        "arn": arn,
        "accountId": account_id,
        "accessKeyId": access_key_id,
    }
    return Caller(account_id, arn, identity)

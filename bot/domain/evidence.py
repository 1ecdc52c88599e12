"""What a case knows of a trust anchor beside its own state, for actions on other things: profiles, roles, the caller.

It is taken from the log when somebody asks for an action, and stays with the plan: right before the call the plan is
made again from live AWS and the same evidence, so that what was found since changes nothing that people agreed on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.domain.crl_facts import CrlFacts
from bot.domain.detection import Actor
from bot.domain.other_use import OtherUse

MOST_PROFILES = 20
MOST_ROLES = 20
MOST_SESSION_NAMES = 20
MOST_IDENTITIES = 20
MOST_MADE_KEYS = 20
"""As many as a plan can show and a policy can hold; an action says how many were left out."""


@dataclass(frozen=True, slots=True)
class KnownProfile:
    """An enabled profile through which the trust anchor may enter a role."""

    arn: str
    name: str


@dataclass(frozen=True, slots=True)
class KnownRole:
    """A role that the CA's owner may become or has been.

    ``open`` says that it is usable or undetermined, ``sessions`` how many were issued through the trust anchor as far
    as CloudTrail showed, ``user_ids`` their ``aws:userid`` and ``more_user_ids`` how many of these were left out,
    ``until`` when the last of them ends (ISO 8601).
    """

    arn: str
    open: bool = False
    sessions: int = 0
    user_ids: tuple[str, ...] = ()
    until: str | None = None
    more_user_ids: int = 0


@dataclass(frozen=True, slots=True)
class KnownApproval:
    """An approval of the bot's own inventory that has a key of this CA; ``ends`` is its last day (ISO 8601)."""

    entry_id: str
    ends: str


@dataclass(frozen=True, slots=True)
class MadeKey:
    """An access key of an IAM user that the caller or a session of the CA made, as a CloudTrail record proves.

    ``made_by`` says in words who it was, ``at`` when (ISO 8601), ``event_id`` in which record. ``last_used`` says in
    words when the guide saw that it was used last and for what; empty means never, None that it is not known.
    """

    key_id: str
    user_name: str
    made_by: str
    at: str
    event_id: str
    last_used: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that plans may need of a case.

    ``more_profiles`` and ``more_roles`` count those that were left out. ``actor`` made the call that the case is
    about. ``ca_keys`` are the SHA-256 of all public keys that the reports show, ``ca_name`` is what the first
    certificate calls itself. ``ca_is_ours`` says that the inventory or the CA's owners claim it. ``crl`` is the
    revocation list that was entered, None where none can be read. ``entered`` is what a person wrote into the action's
    form. ``ran`` holds, by action id, what AWS said right before each run of it in this case that nothing took back
    since, the oldest first. ``use`` counts who else uses what actions would stop. ``identities`` are the source
    identities of the trust anchor's sessions that nobody else was seen to have; ``other_identities`` says in words
    which more there are, and why they are not among them; empty when there are none. ``approvals`` are those of the
    bot's own inventory, whichever case they were given in, that this case has seen and not removed. ``managed_policy``
    names the policy that sessions are revoked with; empty means an inline policy on each role. ``made_keys`` are access
    keys that the attack left behind; ``other_made_keys`` says in words which new ones are not among them, and why.
    """

    profiles: tuple[KnownProfile, ...] = ()
    more_profiles: int = 0
    roles: tuple[KnownRole, ...] = ()
    more_roles: int = 0
    actor: Actor = Actor()
    ca_keys: tuple[str, ...] = ()
    ca_name: str = ""
    ca_is_ours: bool = False
    crl: CrlFacts | None = None
    entered: Mapping[str, str] = field(default_factory=dict)
    ran: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    use: OtherUse = OtherUse()
    identities: tuple[str, ...] = ()
    other_identities: str = ""
    approvals: tuple[KnownApproval, ...] = ()
    managed_policy: str = ""
    made_keys: tuple[MadeKey, ...] = ()
    other_made_keys: str = ""

    def capsules(self, action_id: str) -> Sequence[Mapping[str, Any]]:
        """What AWS said right before each run of an action, the oldest first."""
        return self.ran.get(action_id, ())


NOTHING_KNOWN = Evidence()
"""Of a case whose questions have no answers yet."""

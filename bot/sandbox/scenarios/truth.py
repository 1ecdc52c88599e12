"""What is true of a scenario, so that an investigation can be measured against it."""

from dataclasses import dataclass, field
from typing import Any, Literal

from bot.sandbox.aws.rogue_ca import RogueCa

Verdict = Literal["usable", "not_usable"]
Priority = Literal["high", "medium", "low"]


@dataclass(frozen=True)
class Reach:
    """Whether the owner of the CA can enter one role through one profile.

    Attributes:
        role_arn: The role.
        profile_arn: An enabled or disabled profile that lists it; None when no profile does.
        verdict: Whether a certificate of the CA opens it now.
        reason: Why, in the words of ``anchorwatch reach``.
        one_profile_away: Whether one CreateProfile would open it; only without a profile.
        administrator: Whether its policies, with nothing of the profile's in the way, allow everything.
        certificate: Subject members that a certificate needs to be let in: `CN` and `OU`; empty for any.
    """

    role_arn: str
    profile_arn: str | None
    verdict: Verdict
    reason: str
    one_profile_away: bool = False
    administrator: bool = False
    certificate: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Unchecked:
    """Something that the bot's read role may not do.

    Attributes:
        action: The missing IAM action, such as `cloudtrail:LookupEvents`.
        what: What can't be known without it.
    """

    action: str
    what: str


@dataclass(frozen=True)
class Truth:
    """Everything that an investigation should find out.

    Attributes:
        account_id: Of the trust anchor.
        region: Of the trust anchor.
        trust_anchor_arn: The trust anchor of the detection.
        actor_arn: Who made the call of the detection: user or session.
        actor_key_id: The access key of that call.
        actor_mfa: Whether the IAM user has an MFA device; None for roles.
        actor_key_age_days: Age of a long-term key; None for temporary ones.
        actor_usual: Whether the actor does such things as part of the job.
        reach: Every role that trusts Roles Anywhere or is in a profile of the anchor's Region.
        sessions_issued: Serial numbers of certificates that got a session, in order.
        sessions_refused: Serial numbers of those that were refused.
        chained_roles: ARNs of roles that sessions went on into.
        chained_accounts: Other accounts among these.
        secrets_read: Names of secrets that sessions read.
        shared_with: Accounts that got a snapshot from a session.
        keys_left_behind: Access keys that sessions made.
        caller_keys: Access keys that the actor made since.
        roles_made: Names of the roles that were made since.
        roles_opened: Names of the roles whose trust policies were opened to Roles Anywhere since.
        profiles_made: Names of the profiles that were made since.
        earlier_anchors: Trust anchors that the same actor had made before, oldest first.
        recon: Names of the actor's reads in the hour before, in order.
        same_ca: Trust anchors that hold the same CA, the detection's own included.
        ca_approved: Whether the CA's key is on the list of approved CAs.
        lab: Whether the account is one for experiments.
        stack: The CloudFormation stack that owns the anchor; None for none.
        unchecked: What the bot may not look at.
        priority: What a responder would give it.
        why: The reason of the priority in one sentence.
    """

    account_id: str
    region: str
    trust_anchor_arn: str
    actor_arn: str
    actor_key_id: str
    actor_mfa: bool | None
    actor_key_age_days: int | None
    actor_usual: bool
    reach: tuple[Reach, ...]
    priority: Priority
    why: str
    sessions_issued: tuple[str, ...] = ()
    sessions_refused: tuple[str, ...] = ()
    chained_roles: tuple[str, ...] = ()
    chained_accounts: tuple[str, ...] = ()
    secrets_read: tuple[str, ...] = ()
    shared_with: tuple[str, ...] = ()
    keys_left_behind: tuple[str, ...] = ()
    caller_keys: tuple[str, ...] = ()
    roles_made: tuple[str, ...] = ()
    roles_opened: tuple[str, ...] = ()
    profiles_made: tuple[str, ...] = ()
    earlier_anchors: tuple[str, ...] = ()
    recon: tuple[str, ...] = ()
    same_ca: tuple[str, ...] = ()
    ca_approved: bool = False
    lab: bool = False
    stack: str | None = None
    unchecked: tuple[Unchecked, ...] = ()

    @property
    def reachable(self) -> tuple[str, ...]:
        """The roles that a certificate opens now, each once, in order."""
        return tuple(dict.fromkeys(one.role_arn for one in self.reach if one.verdict == "usable"))

    @property
    def administrators(self) -> tuple[str, ...]:
        """The administrators among the reachable roles."""
        found = (one.role_arn for one in self.reach if one.verdict == "usable" and one.administrator)
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class Played:
    """A scenario after it was played.

    Attributes:
        name: The scenario's name.
        record: The CloudTrail record to detect.
        body: The same as EventBridge delivers it, JSON text.
        truth: What is true.
        ca: The CA with its key, to issue more certificates; None when it is not the attacker's.
        approved_ca_keys: SHA-256 of the public keys of approved CAs, hexadecimal.
        lab_accounts: Accounts for experiments.
    """

    name: str
    record: dict[str, Any] = field(repr=False)
    body: str = field(repr=False)
    truth: Truth
    ca: RogueCa | None = field(default=None, repr=False)
    approved_ca_keys: tuple[str, ...] = ()
    lab_accounts: tuple[str, ...] = ()

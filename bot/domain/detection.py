"""A detection: what one CloudTrail event (or an alert about one) says, in the words of the field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.published_rule import PublishedRule


class SourceType(StrEnum):
    """Where a trust anchor's CA comes from.

    See: https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_Source.html
    """

    CERTIFICATE_BUNDLE = "CERTIFICATE_BUNDLE"
    AWS_ACM_PCA = "AWS_ACM_PCA"
    SELF_SIGNED_REPOSITORY = "SELF_SIGNED_REPOSITORY"
    UNKNOWN = "UNKNOWN"


class Where(StrEnum):
    """Where a value of a detection was read, surest first.

    What AWS answered says what is there now, so it comes before what the caller asked for. ``original`` is the
    record itself, kept whole in another document; ``flattened`` is what a pipeline made of it, and ``map text``
    what is left when the pipeline printed it without quotes. ``event`` is the record's or the document's own
    fields outside of request and answer, ``alert`` what only the system says that sent the alert, and ``live call``
    an answer of AWS to us, later.
    """

    LIVE_CALL = "live call"
    RESPONSE = "response"
    REQUEST = "request"
    ORIGINAL = "original"
    EVENT = "event"
    FLATTENED = "flattened"
    MAP_TEXT = "map text"
    ALERT = "alert"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who made the call, as CloudTrail's ``userIdentity`` says; None means that the event does not say.

    ``principal_id`` is IAM's id of the user or role. ``mfa`` is about the session that made the call. ``via`` is
    ``console``, ``cli``, ``sdk`` or ``service``.

    See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
    """

    arn: str | None = None
    kind: str | None = None
    name: str | None = None
    session_issuer_arn: str | None = None
    source_identity: str | None = None
    access_key_id: str | None = None
    mfa: bool | None = None
    via: str | None = None
    invoked_by: str | None = None
    user_agent: str | None = None
    source_address: str | None = None
    principal_id: str | None = None


@dataclass(frozen=True, slots=True)
class Anchor:
    """The trust anchor as the event shows it; None means that the event does not say.

    ``certificates_pem`` holds the CERTIFICATE blocks of the bundle, cleaned; never a private key.
    ``source_type_text`` is the type as written, for types that AWS adds later. ``source_in_request`` says whether
    the caller sent a source: an update that does not leaves the CA as it was. ``held_private_key`` says that a
    private key stood among the certificates; it was dropped.
    """

    arn: str | None = None
    anchor_id: str | None = None
    name: str | None = None
    enabled: bool | None = None
    updated_at: datetime | None = None
    source_type: SourceType = SourceType.UNKNOWN
    source_type_text: str | None = None
    certificates_pem: tuple[str, ...] = ()
    acm_pca_arn: str | None = None
    source_in_request: bool | None = None
    held_private_key: bool = False


@dataclass(frozen=True, slots=True)
class RuleAlert:
    """The alert that a detection system made of the event; None means that it does not say.

    ``rule_id`` and ``version`` are the rule's, ``risk_score`` is as the system counts it (Elastic: 0 to 100).
    ``alerted_at`` is when the system made the alert, ``run_id`` names the run of the rule that made it.
    ``place`` is what the system knows of the source address: country, city, network; in its own words.
    ``finding_ids`` are the names under which GuardDuty and Security Hub keep it as a finding.
    """

    system: str
    name: str | None = None
    severity: str | None = None
    url: str | None = None
    rule_id: str | None = None
    version: str | None = None
    risk_score: str | None = None
    tags: tuple[str, ...] = ()
    alerted_at: datetime | None = None
    run_id: str | None = None
    place: tuple[str, ...] = ()
    finding_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Detection:
    """One event, however it was wrapped.

    ``event_id`` is CloudTrail's ``eventID``, the key by which a second report of the same event is known.
    ``form`` names the wrappings from the outside in, such as ``sns/eventbridge``. ``missing`` names in plain words
    what the message should have said and did not. ``sources`` says for each value that was found where it was read
    (:class:`Where`): the keys are this record's own fields, the anchor's as ``anchor_arn``, ``anchor_id``,
    ``anchor_name``, ``enabled``, ``updated_at``, ``source_type``, ``acm_pca_arn`` and ``certificates``, and the
    actor's as ``actor_arn``, ``source_address`` and ``user_agent``. ``contradictions`` says in plain words, and
    with no text that a caller may choose freely, where two copies of a value differ. ``rule`` is what the published
    rule says of the event. ``lets_service_in`` is about a role's trust policy that the call wrote: whether it lets
    Roles Anywhere in; None for other calls and for a policy that can't be read. ``live_error`` says in our words why
    AWS did not tell what the trust anchor trusts; None when it was not asked, or told.
    """

    event_id: str
    event_name: str
    event_source: str
    happened_at: datetime
    account: str
    region: str
    form: str
    actor: Actor = Actor()
    anchor: Anchor = Anchor()
    alert: RuleAlert | None = None
    error_code: str | None = None
    error_message: str | None = None
    missing: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    contradictions: tuple[str, ...] = ()
    rule: PublishedRule | None = None
    lets_service_in: bool | None = None
    live_error: str | None = None


@dataclass(frozen=True, slots=True)
class EventProblem:
    """A part of a message that can't be understood: the mistake's stable name, what it is, and where it stands."""

    code: str
    message: str
    at: str


@dataclass(frozen=True, slots=True)
class Understood:
    """What one message held.

    ``detections`` are the events in it, ``ignored`` has one plain reason for each part that is nothing for us, and
    ``errors`` one problem for each part that can't be understood beside others that can.
    """

    detections: tuple[Detection, ...] = ()
    ignored: tuple[str, ...] = ()
    errors: tuple[EventProblem, ...] = ()

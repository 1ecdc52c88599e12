"""A detection: what one CloudTrail event (or an alert about one) says, in the words of the field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SourceType(StrEnum):
    """Where a trust anchor's CA comes from.

    See: https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_Source.html
    """

    CERTIFICATE_BUNDLE = "CERTIFICATE_BUNDLE"
    AWS_ACM_PCA = "AWS_ACM_PCA"
    SELF_SIGNED_REPOSITORY = "SELF_SIGNED_REPOSITORY"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who made the call, as CloudTrail's ``userIdentity`` says; None means that the event does not say.

    ``mfa`` is about the session that made the call. ``via`` is ``console``, ``cli``, ``sdk`` or ``service``.

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
    """The alert that a detection system made of the event."""

    system: str
    name: str | None = None
    severity: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Detection:
    """One event, however it was wrapped.

    ``event_id`` is CloudTrail's ``eventID``, the key by which a second report of the same event is known.
    ``form`` names the wrappings from the outside in, such as ``sns/eventbridge``. ``missing`` names in plain words
    what the message should have said and did not.
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


@dataclass(frozen=True, slots=True)
class Understood:
    """What one message held: the events in it, and one plain reason for each part that is nothing for us."""

    detections: tuple[Detection, ...] = ()
    ignored: tuple[str, ...] = ()

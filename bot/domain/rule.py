"""Decides which events ring: anchors that trust a CA from outside, judged by their fields and never by their text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.detection import Anchor, Detection, SourceType

_OUR_SOURCES = frozenset({"rolesanywhere.amazonaws.com", "rolesanywhere.amazonaws.com.cn"})
CA_OPERATIONS = frozenset({"CreateTrustAnchor", "UpdateTrustAnchor"})
"""The operations that can give a trust anchor a CA."""

_WORDS = {
    SourceType.CERTIFICATE_BUNDLE: "uploaded certificates",
    SourceType.SELF_SIGNED_REPOSITORY: "a self-signed repository",
    SourceType.UNKNOWN: "a source of unknown type, which counts as external",
}


class Answer(StrEnum):
    """What becomes of a detection."""

    ALERT = "alert"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer and why, in one plain sentence that holds no text of the event."""

    answer: Answer
    reason: str


def judge(detection: Detection) -> Judgement:
    """Whether an event must be shown to responders."""
    not_ours = _not_ours(detection)
    if not_ours is not None:
        return Judgement(Answer.IGNORE, not_ours)
    if is_surely_acm_pca(detection.anchor):
        return Judgement(Answer.IGNORE, "The trust anchor's CA is AWS Private CA (ACM PCA).")
    if detection.event_name == "UpdateTrustAnchor":
        return _judge_update(detection.anchor)
    return Judgement(Answer.ALERT, f"A trust anchor was created with {_WORDS[_external_type(detection.anchor)]}.")


def is_surely_acm_pca(anchor: Anchor) -> bool:
    """Whether the type says ACM PCA and nothing that was uploaded stands beside it."""
    uploaded = anchor.certificates_pem or anchor.held_private_key
    return anchor.source_type is SourceType.AWS_ACM_PCA and not uploaded


def _not_ours(detection: Detection) -> str | None:
    if detection.event_source not in _OUR_SOURCES:
        return "This is a call to another AWS service."
    if detection.event_name not in CA_OPERATIONS:
        return "This operation gives no trust anchor a new CA."
    if detection.error_code is not None:
        return "The call failed, so nothing was created or changed."
    return None


def _judge_update(anchor: Anchor) -> Judgement:
    if anchor.source_in_request is False:
        return Judgement(Answer.IGNORE, "The update did not touch the trust anchor's CA.")
    return Judgement(Answer.ALERT, f"A trust anchor was changed to {_WORDS[_external_type(anchor)]}.")


def _external_type(anchor: Anchor) -> SourceType:
    """The type to speak of; one that contradicts the certificates beside it is unknown."""
    return SourceType.UNKNOWN if anchor.source_type is SourceType.AWS_ACM_PCA else anchor.source_type

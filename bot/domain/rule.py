"""Decides which events ring: anchors that trust a CA from outside, judged by their fields and never by their text."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.domain.detection import Anchor, Detection, SourceType
from bot.domain.identity import parse_anchor_arn
from bot.domain.live_state import changed_since, is_live
from bot.domain.neighbours import is_about_role_policy, neighbour_reason
from bot.domain.own_calls import is_own_call

_OUR_SOURCES = frozenset({"rolesanywhere.amazonaws.com", "rolesanywhere.amazonaws.com.cn"})
CA_OPERATIONS = frozenset({"CreateTrustAnchor", "UpdateTrustAnchor"})
"""The operations that can give a trust anchor a CA."""
_ENABLE = "EnableTrustAnchor"
_ACCOUNT_DIGITS = 12

_WORDS = {
    SourceType.CERTIFICATE_BUNDLE: "uploaded certificates",
    SourceType.SELF_SIGNED_REPOSITORY: "a self-signed repository",
    SourceType.UNKNOWN: "a source of unknown type, which counts as external",
}
_ASKED = "The event does not say what the anchor trusts: AWS said it when it was asked (GetTrustAnchor)."
_DID = {"CreateTrustAnchor": "was created with", "UpdateTrustAnchor": "was changed to", _ENABLE: "was enabled with"}
_PCA_ACCOUNT = re.compile(
    r"arn:aws[a-z-]*:acm-pca:[a-z0-9-]*:(?P<account>\d{1,12}):certificate-authority/[A-Za-z0-9-]+", re.ASCII
)


class Answer(StrEnum):
    """What becomes of a detection: it rings, a person looks at it when there is time, or nothing."""

    ALERT = "alert"
    REVIEW = "review"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer and why, in plain sentences that hold no text of the event; the first one decided."""

    answer: Answer
    reasons: tuple[str, ...]

    @property
    def reason(self) -> str:
        """The sentence that decided."""
        return self.reasons[0]

    def adding(self, *reasons: str) -> Judgement:
        """The same answer with more to say."""
        return replace(self, reasons=(*self.reasons, *reasons))


def judge(detection: Detection, *, own_role: str | None = None) -> Judgement:
    """Whether an event must be shown to responders, and how loudly.

    Args:
        detection: the event, with what AWS showed of its trust anchor where it was asked
            (:func:`bot.domain.live_state.with_live`).
        own_role: the name of the role that Anchorwatch contains with; None when it is not known.
    """
    judgement = _judge(detection, own_role)
    return judgement.adding(*disagreements(detection, judgement.answer))


def hangs_on_live_state(detection: Detection, own_role: str | None = None) -> bool:
    """Whether the answer hangs on what AWS (GetTrustAnchor) shows.

    So it is for a call that worked, could bring in a CA, names its trust anchor and does not show what that trusts.
    """
    if detection.event_source not in _OUR_SOURCES or detection.event_name not in _DID:
        return False
    if detection.error_code is not None or detection.anchor.anchor_id is None or is_own_call(detection, own_role):
        return False
    return not _leaves_ca(detection) and not _shows_source(detection.anchor)


def is_surely_acm_pca(anchor: Anchor) -> bool:
    """Whether the type says ACM PCA and nothing that was uploaded stands beside it."""
    uploaded = anchor.certificates_pem or anchor.held_private_key
    return anchor.source_type is SourceType.AWS_ACM_PCA and not uploaded


def _judge(detection: Detection, own_role: str | None) -> Judgement:
    ours = detection.event_source in _OUR_SOURCES
    if not ours and not is_about_role_policy(detection):
        return _ignore("This is a call to another AWS service.")
    if is_own_call(detection, own_role):
        return _ignore("Anchorwatch itself made this call, for the case that is named in its session.")
    worked = _judge_as_if_it_worked(detection)
    return worked if detection.error_code is None else _failed(worked, detection)


def _judge_as_if_it_worked(detection: Detection) -> Judgement:
    if _leaves_ca(detection):
        return _ignore("The update did not touch the trust anchor's CA.")
    if detection.event_name in _DID:
        return _judge_what_is_shown(detection)
    neighbour = neighbour_reason(detection)
    if neighbour is not None:
        return Judgement(Answer.REVIEW, (neighbour,))
    if is_about_role_policy(detection):
        return _ignore("The role's trust policy does not let Roles Anywhere in.")
    return _ignore("This operation gives no trust anchor a new CA.")


def _failed(worked: Judgement, detection: Detection) -> Judgement:
    """A call that failed is one step quieter; an attempt on an anchor that nobody can see into stays visible."""
    if worked.answer is Answer.ALERT or (worked.answer is Answer.REVIEW and detection.event_name in _DID):
        return Judgement(
            Answer.REVIEW,
            ("The call failed, so nothing was created or changed: what matters is who tried it, and what else.",),
        )
    return _ignore("The call failed, so nothing was created or changed.")


def _leaves_ca(detection: Detection) -> bool:
    return detection.event_name == "UpdateTrustAnchor" and detection.anchor.source_in_request is False


def _judge_what_is_shown(detection: Detection) -> Judgement:
    if _shows_source(detection.anchor):
        return _judge_source(detection, detection.anchor)
    done = _DID[detection.event_name].rsplit(" ", 1)[0]
    reason = f"A trust anchor {done}, and the event does not say what it trusts: only AWS (GetTrustAnchor) can tell."
    return Judgement(Answer.REVIEW, (reason, _why_not_live(detection)))


def _why_not_live(detection: Detection) -> str:
    return f"AWS did not tell: {detection.live_error}." if detection.live_error else "The live state was not read."


def _shows_source(anchor: Anchor) -> bool:
    return anchor.source_type_text is not None or anchor.source_type is not SourceType.UNKNOWN or _uploaded(anchor)


def _uploaded(anchor: Anchor) -> bool:
    return bool(anchor.certificates_pem) or anchor.held_private_key


def _judge_source(detection: Detection, anchor: Anchor) -> Judgement:
    if is_surely_acm_pca(anchor):
        judgement = _judge_acm_pca(detection, anchor)
        return judgement.adding(_ASKED) if is_live(detection) else judgement
    words = _WORDS[_external_type(anchor)]
    judgement = Judgement(Answer.ALERT, (f"A trust anchor {_DID[detection.event_name]} {words}.",))
    if is_live(detection):
        judgement = judgement.adding(_ASKED)
    elif anchor.source_type is SourceType.AWS_ACM_PCA:
        judgement = judgement.adding("It names AWS Private CA and carries what was uploaded, so it is not believed.")
    if detection.contradictions:
        judgement = judgement.adding("Parts of the event contradict each other; the surest one counts.")
    if anchor.enabled is False:
        judgement = judgement.adding("The trust anchor is disabled: it works only once somebody enables it.")
    return judgement


def _judge_acm_pca(detection: Detection, anchor: Anchor) -> Judgement:
    if is_live(detection) and changed_since(detection):
        return Judgement(
            Answer.REVIEW,
            ("The trust anchor's CA is AWS Private CA (ACM PCA) now, and the anchor was changed after this event.",),
        )
    if detection.contradictions:
        return Judgement(
            Answer.REVIEW,
            ("The trust anchor's CA is said to be AWS Private CA (ACM PCA), in an event that contradicts itself.",),
        )
    found = _PCA_ACCOUNT.fullmatch(anchor.acm_pca_arn or "")
    if found is None and is_live(detection):
        return Judgement(Answer.REVIEW, ("AWS does not say in which account the trust anchor's CA is.",))
    if found is None:
        return _ignore(
            "The trust anchor's CA is AWS Private CA (ACM PCA).", "The event does not say in which account that CA is."
        )
    own = parse_anchor_arn(anchor.arn).account if anchor.arn else detection.account
    if not own:
        return Judgement(
            Answer.REVIEW,
            ("The trust anchor's CA is AWS Private CA (ACM PCA), and the event does not say whose anchor it is.",),
        )
    if found["account"].zfill(_ACCOUNT_DIGITS) != own.zfill(_ACCOUNT_DIGITS):
        reason = f"A trust anchor {_DID[detection.event_name]} AWS Private CA (ACM PCA) of another account."
        return Judgement(Answer.ALERT, (reason,))
    return _ignore("The trust anchor's CA is AWS Private CA (ACM PCA) of its own account.")


def _external_type(anchor: Anchor) -> SourceType:
    """The type to speak of; one that contradicts the certificates beside it is unknown."""
    return SourceType.UNKNOWN if anchor.source_type is SourceType.AWS_ACM_PCA else anchor.source_type


def disagreements(detection: Detection, answer: Answer) -> tuple[str, ...]:
    """What the reader must know when a rule and we differ; only about calls that are the rule's business."""
    if detection.event_source not in _OUR_SOURCES or detection.event_name not in _DID:
        return ()
    said = []
    if detection.alert is not None and answer is Answer.IGNORE:
        said.append("A detection rule rang for this event, and the event's fields do not bear it out.")
    rule = detection.rule
    if rule is not None and answer is Answer.ALERT and not (rule.v1 and rule.v6):
        silent = " and ".join(name for name, fires in (("1", rule.v1), ("6", rule.v6)) if not fires)
        said.append(f"The published rule is silent about this event (version {silent}).")
    if rule is not None and answer is not Answer.ALERT and (rule.v1 or rule.v6):
        firing = " and ".join(name for name, fires in (("1", rule.v1), ("6", rule.v6)) if fires)
        rest = " all the same" if answer is Answer.IGNORE else ", and can know no more of it than we"
        said.append(f"The published rule fires on this event{rest} (version {firing}).")
    return tuple(said)


def _ignore(*reasons: str) -> Judgement:
    return Judgement(Answer.IGNORE, reasons)

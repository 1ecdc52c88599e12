"""What AWS shows of a trust anchor counts where the event does not say what it trusts, and never clears too much."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.ca_facts import CaFacts
from bot.domain.detection import Anchor, Detection
from bot.domain.live_state import with_live
from bot.domain.red_flags import red_flags
from bot.domain.rule import Answer, hangs_on_live_state, judge
from tests.domain.test_rule import (
    ANCHOR_ID,
    BUNDLE,
    CREATED,
    DENIED,
    ENABLED,
    FOREIGN_PCA,
    NEW_TYPE,
    NOTHING,
    OWN_CASE,
    PCA,
    own_session,
    with_anchor,
)

SILENT_CREATED = with_anchor(CREATED, Anchor(anchor_id=ANCHOR_ID))
SILENT_UPDATED = replace(SILENT_CREATED, event_name="UpdateTrustAnchor")
LIVE_SOURCES = {"source_type": "live call", "updated_at": "live call"}


def shown(detection: Detection, live: Anchor, *, seconds_later: float | None = 0.5) -> Detection:
    """The event once AWS has shown its anchor, last changed so long after the event."""
    if seconds_later is not None:
        live = replace(live, updated_at=detection.happened_at + timedelta(seconds=seconds_later))
    return with_live(detection, live, LIVE_SOURCES)


@pytest.mark.parametrize("detection", [ENABLED, SILENT_CREATED, SILENT_UPDATED])
@pytest.mark.parametrize(
    ("live", "answer"),
    [(BUNDLE, Answer.ALERT), (PCA, Answer.IGNORE), (FOREIGN_PCA, Answer.ALERT), (NEW_TYPE, Answer.ALERT)],
)
def test_the_live_anchor_settles_what_the_event_does_not_show(
    detection: Detection, live: Anchor, answer: Answer
) -> None:
    """Once AWS was asked what the anchor trusts, nobody has to guess, and the reasons say who told."""
    judgement = judge(shown(detection, live))
    assert judgement.answer is answer
    assert "AWS said it when it was asked" in " ".join(judgement.reasons)


@pytest.mark.parametrize(
    ("live", "seconds_later", "words"),
    [
        (PCA, 6, "changed after this event"),
        (PCA, None, "changed after this event"),
        (replace(PCA, acm_pca_arn=None), 0, "in which account"),
    ],
)
def test_what_aws_shows_now_does_not_clear_what_was_then(live: Anchor, seconds_later: float, words: str) -> None:
    """An anchor that was changed since, or of which AWS says too little, is looked at, however harmless it is now."""
    for detection in (ENABLED, SILENT_CREATED):
        judgement = judge(shown(detection, live, seconds_later=seconds_later))
        assert judgement.answer is Answer.REVIEW
        assert words in judgement.reason


def test_an_external_ca_rings_however_late_aws_shows_it() -> None:
    """A change since the event clears nobody whose anchor trusts an external CA now."""
    assert judge(shown(ENABLED, BUNDLE, seconds_later=600)).answer is Answer.ALERT


@pytest.mark.parametrize("detection", [ENABLED, SILENT_CREATED])
def test_why_aws_did_not_tell_is_a_reason(detection: Detection) -> None:
    """It stays a review, and the reasons say what stood in the way, or that nobody asked."""
    asked = judge(replace(detection, live_error="not allowed: rolesanywhere:GetTrustAnchor"))
    unasked = judge(detection)
    assert asked.answer is unasked.answer is Answer.REVIEW
    assert "AWS did not tell: not allowed: rolesanywhere:GetTrustAnchor." in asked.reasons
    assert "The live state was not read." in unasked.reasons


@pytest.mark.parametrize(
    ("detection", "hangs"),
    [
        (ENABLED, True),
        (SILENT_CREATED, True),
        (SILENT_UPDATED, True),
        (with_anchor(SILENT_UPDATED, Anchor(anchor_id=ANCHOR_ID, source_in_request=True)), True),
        (with_anchor(SILENT_UPDATED, Anchor(anchor_id=ANCHOR_ID, source_in_request=False)), False),
        (with_anchor(CREATED, NOTHING), False),
        (CREATED, False),
        (with_anchor(CREATED, replace(NEW_TYPE, anchor_id=ANCHOR_ID)), False),
        (with_anchor(ENABLED, PCA), False),
        (replace(ENABLED, error_code=DENIED), False),
        (replace(ENABLED, event_name="DisableTrustAnchor"), False),
        (replace(ENABLED, event_source="iam.amazonaws.com"), False),
        (replace(ENABLED, actor=own_session(OWN_CASE)), False),
        (shown(ENABLED, PCA), False),
    ],
)
def test_aws_is_asked_only_where_the_answer_hangs_on_it(detection: Detection, hangs: bool) -> None:  # noqa: FBT001 - A parameter of the test.
    """Not for what the event shows, what failed, what leaves the CA alone, what names no anchor, nor for us."""
    assert hangs_on_live_state(detection, "anchorwatch-act") is hangs


def test_what_aws_shows_counts_and_is_said_to_come_from_there() -> None:
    """Each value that AWS shows is AWS's, with its source; what only the event has stays, with its own."""
    said = Anchor(anchor_id=ANCHOR_ID, name="harbour", enabled=True)
    event = replace(ENABLED, anchor=said, sources={"anchor_name": "request", "actor_arn": "event"})
    live = replace(BUNDLE, name="harbour", enabled=True)
    both = with_live(event, live, {"source_type": "live call", "certificates": "live call", "anchor_name": "live call"})
    assert both.anchor == replace(live, source_in_request=live.source_in_request)
    assert both.sources == {
        "source_type": "live call",
        "certificates": "live call",
        "anchor_name": "live call",
        "actor_arn": "event",
    }
    assert both.contradictions == ()
    assert both.event_id == event.event_id


def test_where_the_event_and_aws_differ_is_shown() -> None:
    """An anchor that was disabled or renamed since: AWS counts, the card says that they differ, without the names."""
    event = with_anchor(ENABLED, Anchor(anchor_id=ANCHOR_ID, name="<!channel>", enabled=True))
    sources = {**LIVE_SOURCES, "enabled": "live call", "anchor_name": "live call"}
    both = with_live(event, replace(BUNDLE, name="other", enabled=False), sources)
    assert both.anchor.enabled is False
    assert both.anchor.name == "other"
    sentences = [flag.sentence for flag in red_flags(both, CaFacts()) if flag.code == "contradiction"]
    assert sentences == [
        "whether it is enabled: the event says yes; AWS says no when it is asked",
        "the trust anchor's name: the event and AWS differ",
    ]


def test_a_contradiction_keeps_a_private_ca_from_being_waved_through() -> None:
    """Where the event and AWS disagree, a person looks, also at AWS Private CA of the same account."""
    event = with_anchor(ENABLED, Anchor(anchor_id=ANCHOR_ID, enabled=True))
    assert judge(shown(event, replace(PCA, enabled=False))).answer is Answer.REVIEW


def test_the_card_says_why_aws_did_not_tell() -> None:
    """The reason is a red flag of its own, in our words."""
    (flag,) = red_flags(replace(ENABLED, live_error="not allowed: rolesanywhere:GetTrustAnchor"), CaFacts())
    assert flag.code == "live_state_not_read"
    assert (
        flag.sentence
        == "AWS did not tell what the anchor trusts (not allowed: rolesanywhere:GetTrustAnchor), so somebody must look."
    )

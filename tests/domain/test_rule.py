"""Which events ring, decided by their fields and never by their text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.detection import Actor, Anchor, Detection, RuleAlert, SourceType
from bot.domain.rule import Answer, judge

BUNDLE = Anchor(source_type=SourceType.CERTIFICATE_BUNDLE, source_in_request=True, certificates_pem=("pem",))
PCA = Anchor(source_type=SourceType.AWS_ACM_PCA, source_in_request=True)
UNKNOWN = Anchor(source_type=SourceType.UNKNOWN)
CREATED = Detection(
    event_id="e",
    event_name="CreateTrustAnchor",
    event_source="rolesanywhere.amazonaws.com",
    happened_at=datetime(2026, 11, 20, tzinfo=UTC),
    account="123456789012",
    region="eu-central-1",
    form="cloudtrail",
    anchor=BUNDLE,
)
UPDATED = replace(CREATED, event_name="UpdateTrustAnchor")
ALERT = RuleAlert("Elastic")


@pytest.mark.parametrize(
    ("detection", "words"),
    [
        (CREATED, "created with uploaded certificates"),
        (replace(CREATED, anchor=replace(BUNDLE, enabled=False)), "created with uploaded certificates"),
        (replace(CREATED, anchor=Anchor(source_type=SourceType.SELF_SIGNED_REPOSITORY)), "self-signed repository"),
        (replace(CREATED, anchor=UNKNOWN), "unknown type, which counts as external"),
        (replace(CREATED, anchor=UNKNOWN, alert=ALERT), "unknown type, which counts as external"),
        (replace(CREATED, anchor=replace(PCA, certificates_pem=("pem",))), "unknown type"),
        (replace(CREATED, anchor=replace(PCA, held_private_key=True)), "unknown type"),
        (replace(CREATED, event_source="rolesanywhere.amazonaws.com.cn"), "created"),
        (UPDATED, "changed to uploaded certificates"),
        (replace(UPDATED, anchor=replace(UNKNOWN, source_in_request=True)), "changed to a source of unknown type"),
        (replace(UPDATED, anchor=UNKNOWN), "changed to a source of unknown type"),
    ],
)
def test_an_external_ca_rings(detection: Detection, words: str) -> None:
    """Every event that can give an anchor a CA from outside is an alert, and says which kind."""
    judgement = judge(detection)
    assert judgement.answer is Answer.ALERT
    assert words in judgement.reason


@pytest.mark.parametrize(
    ("detection", "words"),
    [
        (replace(CREATED, anchor=PCA), "AWS Private CA"),
        (replace(CREATED, anchor=PCA, alert=ALERT), "AWS Private CA"),
        (replace(UPDATED, anchor=PCA), "AWS Private CA"),
        (replace(UPDATED, anchor=replace(BUNDLE, source_in_request=False)), "did not touch"),
        (replace(CREATED, error_code="AccessDeniedException"), "failed"),
        (replace(CREATED, event_name="CreateProfile"), "operation"),
        (replace(CREATED, event_name="DeleteTrustAnchor"), "operation"),
        (replace(CREATED, event_source="s3express.amazonaws.com"), "another AWS service"),
        (replace(CREATED, event_source="rolesanywhere.amazonaws.com.example"), "another AWS service"),
    ],
)
def test_everything_else_does_not(detection: Detection, words: str) -> None:
    """What gives no anchor an external CA is ignored, with the reason."""
    judgement = judge(detection)
    assert judgement.answer is Answer.IGNORE
    assert words in judgement.reason


LURES = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["sourceType=AWS_ACM_PCA", "AWS_ACM_PCA", "CERTIFICATE_BUNDLE", "{source={sourceType=AWS_ACM_PCA}}"]
    ),
)


@given(st.sampled_from([CREATED, UPDATED, replace(CREATED, anchor=PCA), replace(CREATED, anchor=UNKNOWN)]), LURES)
def test_text_never_changes_the_answer(detection: Detection, lure: str) -> None:
    """Names, agents, addresses, messages and the written type are looks only; none of them reaches the reason."""
    anchor = replace(detection.anchor, name=lure, source_type_text=lure, acm_pca_arn=lure)
    actor = Actor(arn=lure, name=lure, user_agent=lure, source_address=lure, source_identity=lure)
    dressed = replace(detection, anchor=anchor, actor=actor, error_message=lure, alert=RuleAlert("Elastic", lure))
    assert judge(dressed) == judge(detection)

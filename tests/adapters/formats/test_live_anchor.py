"""What GetTrustAnchor answers is read as a trust anchor of an event is."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.adapters.formats.live_anchor import live_anchor
from bot.domain.detection import Anchor, SourceType
from tests.records import ANCHOR_ARN, ANCHOR_ID, PCA_ARN, bundle_source, make_ca, make_private_key_pem, pca_source

CHANGED = datetime(2026, 11, 20, 9, 30, 12, 345000, tzinfo=UTC)


def test_every_value_is_of_the_live_call() -> None:
    """Type, certificates, names, state and the time of the last change, as boto3 gives them."""
    detail = {
        "trustAnchorArn": ANCHOR_ARN,
        "trustAnchorId": ANCHOR_ID,
        "name": "harbour",
        "enabled": False,
        "createdAt": CHANGED,
        "updatedAt": CHANGED,
        "source": bundle_source(make_ca() + make_private_key_pem()),
    }
    anchor, sources = live_anchor(detail)
    assert (anchor.arn, anchor.anchor_id, anchor.name) == (ANCHOR_ARN, ANCHOR_ID, "harbour")
    assert anchor.enabled is False
    assert anchor.updated_at == CHANGED
    assert anchor.source_type is SourceType.CERTIFICATE_BUNDLE
    assert len(anchor.certificates_pem) == 1
    assert anchor.held_private_key
    assert "PRIVATE" not in "".join(anchor.certificates_pem)
    assert set(sources) == {
        "anchor_arn",
        "anchor_id",
        "anchor_name",
        "enabled",
        "updated_at",
        "source_type",
        "certificates",
    }
    assert set(sources.values()) == {"live call"}


def test_a_private_ca_is_named() -> None:
    """The CA's ARN is kept, which says whose it is."""
    anchor, sources = live_anchor({"trustAnchorArn": ANCHOR_ARN, "source": pca_source()})
    assert anchor.source_type is SourceType.AWS_ACM_PCA
    assert anchor.acm_pca_arn == PCA_ARN
    assert sources["acm_pca_arn"] == "live call"


def test_an_empty_answer_says_nothing() -> None:
    """Nothing is made up of nothing."""
    assert live_anchor({}) == (Anchor(), {})

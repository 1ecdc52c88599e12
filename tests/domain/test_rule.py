"""Which events ring, decided by their fields and never by their text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.detection import Actor, Anchor, Detection, RuleAlert, SourceType
from bot.domain.identity import case_id_for
from bot.domain.published_rule import PublishedRule
from bot.domain.rule import Answer, judge

ACCOUNT, REGION, ANCHOR_ID = "123456789012", "eu-central-1", "0f9f4a6e-6a52-4b4b-8f3b-2d1c7b1f9a10"
PCA_ARN = f"arn:aws:acm-pca:{REGION}:{ACCOUNT}:certificate-authority/5b0c9c0e"
FOREIGN_PCA_ARN = PCA_ARN.replace(ACCOUNT, "999999999999")
BUNDLE = Anchor(
    anchor_id=ANCHOR_ID,
    source_type=SourceType.CERTIFICATE_BUNDLE,
    source_type_text="CERTIFICATE_BUNDLE",
    source_in_request=True,
    certificates_pem=("pem",),
)
PCA = Anchor(
    source_type=SourceType.AWS_ACM_PCA, source_type_text="AWS_ACM_PCA", source_in_request=True, acm_pca_arn=PCA_ARN
)
FOREIGN_PCA = replace(PCA, acm_pca_arn=FOREIGN_PCA_ARN)
NEW_TYPE = Anchor(source_type=SourceType.UNKNOWN, source_type_text="AWS_ACM_PCA_SHARED")
NOTHING = Anchor()
CREATED = Detection(
    event_id="e",
    event_name="CreateTrustAnchor",
    event_source="rolesanywhere.amazonaws.com",
    happened_at=datetime(2026, 11, 20, tzinfo=UTC),
    account=ACCOUNT,
    region=REGION,
    form="cloudtrail",
    anchor=BUNDLE,
)
UPDATED = replace(CREATED, event_name="UpdateTrustAnchor")
ENABLED = replace(CREATED, event_name="EnableTrustAnchor", anchor=Anchor(anchor_id=ANCHOR_ID))
TRUST_CHANGED = replace(
    CREATED, event_name="UpdateAssumeRolePolicy", event_source="iam.amazonaws.com", anchor=NOTHING, lets_service_in=True
)
ALERT = RuleAlert("Elastic")
DENIED = "AccessDeniedException"


def with_anchor(detection: Detection, anchor: Anchor) -> Detection:
    """The event about another anchor."""
    return replace(detection, anchor=anchor)


def own_session(case: str, role: str = "anchorwatch-act") -> Actor:
    """A session as a run opens it."""
    return Actor(arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{case}-U0EXAMPLE1", kind="AssumedRole")


OWN_CASE = case_id_for(ACCOUNT, REGION, ANCHOR_ID)


@pytest.mark.parametrize(
    ("detection", "words"),
    [
        (CREATED, "created with uploaded certificates"),
        (with_anchor(CREATED, replace(BUNDLE, enabled=False)), "only once somebody enables it"),
        (with_anchor(CREATED, Anchor(source_type=SourceType.SELF_SIGNED_REPOSITORY)), "self-signed repository"),
        (with_anchor(CREATED, NEW_TYPE), "unknown type, which counts as external"),
        (replace(CREATED, anchor=NEW_TYPE, alert=ALERT), "unknown type, which counts as external"),
        (with_anchor(CREATED, replace(PCA, certificates_pem=("pem",))), "not believed"),
        (with_anchor(CREATED, replace(PCA, held_private_key=True)), "unknown type"),
        (with_anchor(CREATED, FOREIGN_PCA), "AWS Private CA (ACM PCA) of another account"),
        (replace(CREATED, event_source="rolesanywhere.amazonaws.com.cn"), "created"),
        (replace(CREATED, contradictions=("the kind of CA: two copies differ",)), "contradict each other"),
        (UPDATED, "changed to uploaded certificates"),
        (with_anchor(UPDATED, replace(NEW_TYPE, source_in_request=True)), "changed to a source of unknown type"),
        (with_anchor(UPDATED, FOREIGN_PCA), "another account"),
        (with_anchor(ENABLED, BUNDLE), "enabled with uploaded certificates"),
        (with_anchor(ENABLED, FOREIGN_PCA), "another account"),
    ],
)
def test_an_external_ca_rings(detection: Detection, words: str) -> None:
    """Every event that can give an anchor a CA from outside is an alert, and says which kind."""
    judgement = judge(detection)
    assert judgement.answer is Answer.ALERT
    assert words in " ".join(judgement.reasons)


@pytest.mark.parametrize(
    ("detection", "words"),
    [
        (with_anchor(CREATED, PCA), "AWS Private CA"),
        (with_anchor(CREATED, replace(PCA, acm_pca_arn=None)), "does not say in which account"),
        (replace(CREATED, anchor=PCA, alert=ALERT), "AWS Private CA"),
        (with_anchor(UPDATED, PCA), "AWS Private CA"),
        (with_anchor(UPDATED, replace(BUNDLE, source_in_request=False)), "did not touch"),
        (with_anchor(UPDATED, replace(FOREIGN_PCA, source_in_request=False)), "did not touch"),
        (with_anchor(ENABLED, PCA), "AWS Private CA"),
        (replace(CREATED, anchor=PCA, error_code=DENIED), "failed"),
        (replace(UPDATED, anchor=Anchor(source_in_request=False), error_code=DENIED), "failed"),
        (replace(CREATED, event_name="CreateProfile", error_code=DENIED), "failed"),
        (replace(CREATED, event_name="DeleteTrustAnchor"), "operation"),
        (replace(CREATED, event_name="DisableTrustAnchor"), "operation"),
        (replace(CREATED, event_name="CreateSession"), "operation"),
        (replace(CREATED, event_name="CreateSession", event_source="s3express.amazonaws.com"), "another AWS service"),
        (replace(CREATED, event_source="rolesanywhere.amazonaws.com.example"), "another AWS service"),
        (replace(CREATED, event_source="iam.amazonaws.com"), "another AWS service"),
        (replace(TRUST_CHANGED, lets_service_in=False), "does not let Roles Anywhere in"),
    ],
)
def test_everything_else_does_not(detection: Detection, words: str) -> None:
    """What gives no anchor an external CA is ignored, with the reason."""
    judgement = judge(detection)
    assert judgement.answer is Answer.IGNORE
    assert words in " ".join(judgement.reasons)


@pytest.mark.parametrize(
    ("detection", "words"),
    [
        (ENABLED, "only AWS (GetTrustAnchor) can tell"),
        (with_anchor(CREATED, NOTHING), "was created, and the event does not say what it trusts: only AWS"),
        (with_anchor(UPDATED, NOTHING), "was changed, and the event does not say what it trusts: only AWS"),
        (replace(ENABLED, error_code=DENIED), "failed"),
        (replace(CREATED, error_code=DENIED), "who tried it"),
        (replace(CREATED, anchor=NOTHING, error_code=DENIED), "failed"),
        (replace(UPDATED, error_code="ValidationException"), "failed"),
        (replace(CREATED, anchor=PCA, contradictions=("the kind of CA: two copies differ",)), "contradicts itself"),
        (replace(CREATED, anchor=PCA, account=""), "does not say whose anchor"),
        (TRUST_CHANGED, "lets Roles Anywhere in"),
        (replace(TRUST_CHANGED, lets_service_in=None), "only IAM can tell"),
        (replace(TRUST_CHANGED, event_name="CreateRole"), "lets Roles Anywhere in"),
    ],
)
def test_what_only_a_person_or_aws_can_know_is_reviewed(detection: Detection, words: str) -> None:
    """Failed attempts, anchors that nobody can see into and roles that let the service in are looked at."""
    judgement = judge(detection)
    assert judgement.answer is Answer.REVIEW
    assert words in judgement.reason


@pytest.mark.parametrize(
    "operation",
    [
        *("CreateProfile", "UpdateProfile", "EnableProfile", "PutAttributeMapping", "DeleteAttributeMapping"),
        *("DisableCrl", "DeleteCrl", "UpdateCrl"),
    ],
)
def test_a_way_in_beside_the_anchor_is_reviewed(operation: str) -> None:
    """Profiles, mappings and revocation lists belong in the case."""
    assert judge(replace(CREATED, event_name=operation, anchor=NOTHING)).answer is Answer.REVIEW


@pytest.mark.parametrize(("own", "padded"), [("12345678", "000012345678"), ("000000000", "000000000")])
def test_short_account_ids_are_compared_as_numbers(own: str, padded: str) -> None:
    """An account id that lost its leading zeros is the same account."""
    pca = replace(PCA, acm_pca_arn=PCA_ARN.replace(ACCOUNT, padded))
    assert judge(replace(CREATED, account=own, anchor=pca)).answer is Answer.IGNORE


@pytest.mark.parametrize("operation", ["EnableTrustAnchor", "DisableTrustAnchor", "DeleteTrustAnchor"])
def test_our_own_calls_are_known(operation: str) -> None:
    """What a run did for the case of this anchor is ignored, and the reason says so."""
    judgement = judge(replace(CREATED, event_name=operation, actor=own_session(OWN_CASE)))
    assert judgement.answer is Answer.IGNORE
    assert "Anchorwatch itself" in judgement.reason


@pytest.mark.parametrize("detection", [CREATED, UPDATED])
@pytest.mark.parametrize("actor", [own_session(OWN_CASE), own_session("AW-0000000000")])
def test_no_session_name_hides_a_new_ca(detection: Detection, actor: Actor) -> None:
    """We never create or update anchors, so a session that is named like ours changes nothing."""
    assert judge(replace(detection, actor=actor)).answer is Answer.ALERT


@pytest.mark.parametrize(
    "actor",
    [
        own_session("AW-0000000000"),
        replace(own_session(OWN_CASE), kind="IAMUser"),
        own_session(OWN_CASE, role="SomeOtherRole"),
        Actor(arn=f"arn:aws:iam::{ACCOUNT}:user/{OWN_CASE}-U0EXAMPLE1", kind="IAMUser"),
    ],
)
def test_an_imitated_session_does_not_hide_an_enabling(actor: Actor) -> None:
    """The case of another anchor, another kind of caller and, where it is known, another role are not us."""
    judgement = judge(replace(with_anchor(ENABLED, BUNDLE), actor=actor), own_role="anchorwatch-act")
    assert judgement.answer is Answer.ALERT


@pytest.mark.parametrize(
    ("detection", "words"),
    [
        (replace(CREATED, anchor=PCA, alert=ALERT), "do not bear it out"),
        (replace(CREATED, rule=PublishedRule(v1=True, v6=False)), "silent about this event (version 6)"),
        (replace(UPDATED, rule=PublishedRule(v1=False, v6=False)), "silent about this event (version 1 and 6)"),
        (replace(CREATED, anchor=PCA, rule=PublishedRule(v1=True, v6=True)), "fires on this event all the same"),
        (replace(CREATED, anchor=NOTHING, rule=PublishedRule(v1=True, v6=False)), "no more of it than we (version 1)"),
    ],
)
def test_a_disagreement_with_the_rule_is_said(detection: Detection, words: str) -> None:
    """Where a rule and we differ, the reasons tell."""
    assert words in judge(detection).reasons[-1]


@pytest.mark.parametrize(
    "detection",
    [
        replace(CREATED, alert=ALERT, rule=PublishedRule(v1=True, v6=True)),
        replace(CREATED, event_name="CreateProfile", alert=ALERT, rule=PublishedRule(v1=False, v6=False)),
        replace(TRUST_CHANGED, alert=ALERT, rule=PublishedRule(v1=False, v6=False)),
    ],
)
def test_agreement_needs_no_words(detection: Detection) -> None:
    """Nothing is said where the rule agrees, or where the call is none of its business."""
    assert "rule" not in " ".join(judge(detection).reasons)


LURES = st.one_of(
    st.text(min_size=1, max_size=60),
    st.sampled_from(
        ["sourceType=AWS_ACM_PCA", "AWS_ACM_PCA", "CERTIFICATE_BUNDLE", "{source={sourceType=AWS_ACM_PCA}}", OWN_CASE]
    ),
)
BASES = (
    *(CREATED, UPDATED, ENABLED, TRUST_CHANGED, with_anchor(CREATED, NEW_TYPE), with_anchor(ENABLED, BUNDLE)),
    *(with_anchor(CREATED, replace(PCA, acm_pca_arn=None)), replace(CREATED, error_code=DENIED)),
)


@given(st.sampled_from(BASES), LURES)
def test_text_never_changes_the_answer(detection: Detection, lure: str) -> None:
    """Names, agents, addresses, messages and the written type are looks only; none of them reaches the reasons."""
    anchor = replace(detection.anchor, name=lure, acm_pca_arn=lure, certificates_pem=_dressed(detection.anchor, lure))
    if anchor.source_type_text is not None:
        anchor = replace(anchor, source_type_text=lure)
    actor = Actor(arn=lure, name=lure, user_agent=lure, source_address=lure, source_identity=lure)
    plain = replace(detection, alert=ALERT)
    dressed = replace(detection, anchor=anchor, actor=actor, error_message=lure, alert=RuleAlert("Elastic", lure))
    assert judge(dressed) == judge(plain)


def _dressed(anchor: Anchor, lure: str) -> tuple[str, ...]:
    return tuple(f"{lure}\n{pem}\n{lure}" for pem in anchor.certificates_pem)

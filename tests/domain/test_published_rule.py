"""The published rule's two versions, run as Elastic runs them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.published_rule import (
    FILEBEAT_IGNORE_ABOVE,
    IGNORE_ABOVE,
    PublishedRule,
    RuleFields,
    ask_published_rule,
)

EXTERNAL = "{name=harbour-ci, source={sourceType=CERTIFICATE_BUNDLE, sourceData={x509CertificateData=pem}}}"
PCA = "{name=harbour-ci, source={sourceType=AWS_ACM_PCA, sourceData={acmPcaArn=arn}}}"
FIELDS = RuleFields(
    dataset=("aws.cloudtrail",),
    provider=("rolesanywhere.amazonaws.com",),
    action=("CreateTrustAnchor",),
    outcome=("success",),
    event_type=("info",),
    request_parameters=(EXTERNAL,),
)
BOTH, NEITHER = PublishedRule(v1=True, v6=True), PublishedRule(v1=False, v6=False)
ONLY_V1 = PublishedRule(v1=True, v6=False)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (FIELDS, BOTH),
        (replace(FIELDS, request_parameters=(PCA,)), NEITHER),
        (replace(FIELDS, request_parameters=()), ONLY_V1),
        (replace(FIELDS, request_parameters=(EXTERNAL + " # sourceType=AWS_ACM_PCA",)), NEITHER),
        (replace(FIELDS, request_parameters=("{sourceType=AWS_ACM_PCA_SHARED}",)), NEITHER),
        (replace(FIELDS, request_parameters=("{sourceType=aws_acm_pca}",)), BOTH),
        (replace(FIELDS, request_parameters=("{omitted=true}",)), BOTH),
        (replace(FIELDS, event_type=()), ONLY_V1),
        (replace(FIELDS, event_type=("change",)), ONLY_V1),
        (replace(FIELDS, event_type=("change", "info")), BOTH),
        (replace(FIELDS, dataset=()), NEITHER),
        (replace(FIELDS, dataset=("aws.s3access",)), NEITHER),
        (replace(FIELDS, provider=("iam.amazonaws.com",)), NEITHER),
        (replace(FIELDS, action=("UpdateTrustAnchor",)), NEITHER),
        (replace(FIELDS, action=("createtrustanchor",)), NEITHER),
        (replace(FIELDS, outcome=("failure",)), NEITHER),
        (replace(FIELDS, request_parameters=(EXTERNAL, PCA)), NEITHER),
        (replace(FIELDS, request_parameters=(PCA, " " + EXTERNAL)), PublishedRule(v1=False, v6=True)),
    ],
)
def test_each_clause_counts(fields: RuleFields, expected: PublishedRule) -> None:
    """Both versions ask for the same words; a missing request makes version 1 fire and version 6 silent."""
    assert ask_published_rule(fields) == expected


@pytest.mark.parametrize("limit", [IGNORE_ABOVE, FILEBEAT_IGNORE_ABOVE])
@pytest.mark.parametrize("request_text", [EXTERNAL, PCA])
def test_a_request_that_is_not_indexed_is_missing(request_text: str, limit: int) -> None:
    """At the limit a value is indexed; one character more, and version 1 fires on anything while version 6 is blind."""
    whole = request_text.ljust(limit)
    seen = PCA not in whole
    at_limit = ask_published_rule(replace(FIELDS, request_parameters=(whole,)), limit)
    above = ask_published_rule(replace(FIELDS, request_parameters=(whole + " ",)), limit)
    assert at_limit == PublishedRule(v1=seen, v6=seen)
    assert above == ONLY_V1


def test_length_is_counted_as_java_counts() -> None:
    """A character beyond the first plane is two units long."""
    text = EXTERNAL.ljust(IGNORE_ABOVE - 1) + "\U0001f511"
    assert len(text) == IGNORE_ABOVE
    assert ask_published_rule(replace(FIELDS, request_parameters=(text,))) == ONLY_V1


@given(st.text(max_size=40), st.text(max_size=40))
def test_the_text_anywhere_silences_both(before: str, behind: str) -> None:
    """Whatever stands around it, the one text is what both versions look for."""
    silenced = replace(FIELDS, request_parameters=(f"{before}sourceType=AWS_ACM_PCA{behind}",))
    assert ask_published_rule(silenced) == NEITHER

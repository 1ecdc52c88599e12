"""The oddities of CloudTrail records: gaps, failures, long texts, missing ids."""

from __future__ import annotations

import pytest

from bot.adapters.formats import understand
from bot.domain.detection import Detection, SourceType
from tests import records


def read(**changes: object) -> Detection:
    """The detection of a record with changes."""
    return understand(records.body(records.cloudtrail_record(**changes))).detections[0]  # type: ignore[arg-type]


def test_the_answer_of_aws_counts_before_the_request() -> None:
    """Where the two differ, the card shows what AWS says is there now."""
    answer = {"trustAnchor": records.anchor_detail(records.bundle_source(), name="real", enabled=False)}
    anchor = read(name="wished", responseElements=answer).anchor
    assert (anchor.name, anchor.enabled) == ("real", False)


def test_without_an_answer_the_request_counts() -> None:
    """A record without an answer still shows name, state and certificates, and says that the anchor is unknown."""
    detection = read(responseElements=None)
    anchor = detection.anchor
    assert (anchor.arn, anchor.name, anchor.enabled) == (None, "harbour-ci", True)
    assert len(anchor.certificates_pem) == 1
    assert detection.missing == ("which trust anchor",)


def test_everything_missing_is_named() -> None:
    """A record that says next to nothing is a detection that says so."""
    names = ("userIdentity", "awsRegion", "sourceIPAddress", "userAgent", "requestParameters", "responseElements")
    detection = read(**dict.fromkeys((*names, "eventID", "recipientAccountId")))
    assert detection.missing == (
        "the event's id",
        "the account",
        "the region",
        "who made the call",
        "the source address",
        "the user agent",
        "which trust anchor",
        "whether the trust anchor is enabled",
        "what kind of CA it trusts",
        "the CA certificate",
    )
    assert (detection.account, detection.region) == ("", "")
    assert detection.anchor.source_type is SourceType.UNKNOWN
    assert detection.anchor.source_in_request is None


def test_account_and_region_come_from_the_arn_then_the_identity() -> None:
    """The anchor's ARN names both; without it the caller's account is the best guess."""
    blank = {"recipientAccountId": None, "awsRegion": None}
    from_arn = read(**blank)
    assert (from_arn.account, from_arn.region) == (records.ACCOUNT, records.REGION)
    identity = records.iam_user() | {"accountId": "000000000"}
    from_identity = read(identity=identity, responseElements=None, **blank)
    assert (from_identity.account, from_identity.region) == ("000000000", "")


def test_the_envelope_fills_in_account_and_region() -> None:
    """EventBridge's own account and Region count when the record has none."""
    record = records.cloudtrail_record(recipientAccountId=None, awsRegion=None, responseElements=None)
    del record["userIdentity"]["accountId"]
    (detection,) = understand(records.body(records.eventbridge(record))).detections
    assert (detection.account, detection.region) == (records.ACCOUNT, records.REGION)


def test_account_and_region_of_another_shape_are_not_kept() -> None:
    """Only digits are an account and only lower-case words a Region: both end up in ARNs and addresses."""
    detection = read(recipientAccountId="1:role/x", awsRegion="evil.example/", responseElements=None)
    assert (detection.account, detection.region) == (records.ACCOUNT, "")


def test_an_id_is_made_for_an_event_without_one() -> None:
    """The same event without eventID has the same id through another form, and another event another id."""
    record = records.cloudtrail_record(eventID=None)
    ids = {
        understand(records.body(message)).detections[0].event_id
        for message in (record, records.sns(records.eventbridge(record)), records.elastic_dotted(record))
    }
    assert len(ids) == 1
    assert ids.pop().startswith("sha256-")
    assert read(eventID=None, name="other").event_id != read(eventID=None).event_id


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"errorCode": "AccessDenied", "errorMessage": "no"}, "AccessDenied"),
        ({"errorMessage": "something went wrong"}, "unnamed error"),
        ({"errorCode": ""}, None),
    ],
)
def test_a_failed_call_has_an_error_code(changes: records.Json, code: str | None) -> None:
    """An error code or a message alone makes a call a failed one; an empty code does not."""
    assert read(**changes).error_code == code


@pytest.mark.parametrize(
    ("changes", "via"),
    [
        ({"sessionCredentialFromConsole": "true"}, "console"),
        ({"userAgent": "Mozilla/5.0 (X11; Linux x86_64)"}, "console"),
        ({"userAgent": "aws-cli/2.31.0"}, "cli"),
        ({"userAgent": "Boto3/1.40.0 md/Botocore#1.40.0"}, "sdk"),
        ({"userAgent": "APN/1.0 HashiCorp/1.0 Terraform/1.9 aws-sdk-go-v2/1.30"}, "sdk"),
        ({"userAgent": "cloudformation.amazonaws.com", "sourceIPAddress": "cloudformation.amazonaws.com"}, "service"),
        ({"userAgent": "my own thing"}, None),
    ],
)
def test_the_way_of_the_call(changes: records.Json, via: str | None) -> None:
    """Console, CLI, SDK or service are told apart, and what can't be told is None."""
    assert read(**changes).actor.via == via


def test_a_service_that_called_for_someone_is_named() -> None:
    """What invoked the call is kept, and counts as service even with a caller's address."""
    identity = records.assumed_role() | {"invokedBy": "cloudformation.amazonaws.com"}
    actor = read(identity=identity).actor
    assert (actor.via, actor.invoked_by) == ("service", "cloudformation.amazonaws.com")


def test_long_texts_are_cut_and_broken_unicode_is_mended() -> None:
    """No name is longer than 255 characters and no text longer than 2,048; half a character becomes a mark."""
    detection = read(name="n" * 70_000, responseElements=None, userAgent="u" * 70_000, errorMessage="\ud800x")
    assert detection.anchor.name == "n" * 254 + "…"
    assert detection.actor.user_agent == "u" * 2047 + "…"
    assert detection.error_message == "\ufffdx"


def test_an_arn_of_something_else_is_not_the_anchor() -> None:
    """What the actions will be aimed at must be a trust anchor's ARN."""
    answer = {"trustAnchor": records.anchor_detail(records.bundle_source())}
    answer["trustAnchor"] |= {"trustAnchorArn": "arn:aws:iam::1:role/x", "trustAnchorId": "../../x"}
    detection = read(responseElements=answer)
    assert (detection.anchor.arn, detection.anchor.anchor_id) == (None, None)
    assert "which trust anchor" in detection.missing


def test_an_update_without_a_source_says_so() -> None:
    """A new name alone does not bring a CA, although the answer shows the one that was there."""
    request = {"trustAnchorId": records.ANCHOR_ID, "name": "new"}
    anchor = read(event_name="UpdateTrustAnchor", requestParameters=request).anchor
    assert anchor.source_in_request is False
    assert anchor.source_type is SourceType.CERTIFICATE_BUNDLE


def test_a_request_that_cloudtrail_left_out_is_not_no_source() -> None:
    """A request too large for CloudTrail leaves open what was in it."""
    request = {"omitted": True, "originalSize": 130_000, "reason": "size"}
    detection = read(event_name="UpdateTrustAnchor", requestParameters=request, responseElements=None)
    assert detection.anchor.source_in_request is None
    assert "what the caller sent (not whole)" in detection.missing


def test_a_private_key_that_only_the_request_held_is_flagged() -> None:
    """AWS gives certificates back and no key; what the caller sent is still said, and not kept."""
    sent = {"name": "x", "source": records.bundle_source(records.make_ca() + records.make_private_key_pem())}
    detection = read(requestParameters=sent)
    assert detection.anchor.held_private_key
    assert len(detection.anchor.certificates_pem) == 1
    assert detection.missing == ("a private key that stood in the CA bundle (not kept)",)


def test_an_answer_without_certificates_does_not_hide_what_was_sent() -> None:
    """Certificates in the request are shown when the answer names another source."""
    answer = {"trustAnchor": records.anchor_detail(records.pca_source())}
    anchor = read(responseElements=answer).anchor
    assert anchor.source_type is SourceType.AWS_ACM_PCA
    assert len(anchor.certificates_pem) == 1


def test_an_unknown_source_type_is_kept_as_written() -> None:
    """A type that AWS may add later is unknown, and its name stays readable."""
    source = {"sourceType": "AWS_ACM_PCA_SHARED", "sourceData": {}}
    anchor = read(source=source).anchor
    assert (anchor.source_type, anchor.source_type_text) == (SourceType.UNKNOWN, "AWS_ACM_PCA_SHARED")


@pytest.mark.parametrize("junk", [[], "text", 7, True, [{"a": 1}], {"trustAnchor": "x"}, {"source": "x"}])
@pytest.mark.parametrize("field", ["userIdentity", "requestParameters", "responseElements"])
def test_values_of_another_kind_are_missing_not_fatal(field: str, junk: object) -> None:
    """A list or a text where an object should be is read as nothing."""
    detection = read(**{field: junk})
    assert detection.event_name == "CreateTrustAnchor"

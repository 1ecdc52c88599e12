"""Elastic alerts that say little, contradict themselves, or carry hostile text in Java's map form."""

from __future__ import annotations

import pytest

from bot.adapters.formats import understand
from bot.adapters.formats.java_map import read_trust_anchor_map
from bot.domain.detection import Detection, SourceType
from tests import records


def read(message: records.Json) -> Detection:
    """The detection in an Elastic message."""
    return understand(records.body(message)).detections[0]


def test_an_alert_of_the_rule_that_names_no_operation_is_kept() -> None:
    """The rule's id tells what the alert is about, and the gap is named."""
    message = {
        "kibana.alert.rule.rule_id": "71de53ea-ff3b-11ee-b572-f661ea17fbce",
        "kibana.alert.original_time": "2026-11-20T09:30:12.000Z",
        "@timestamp": "2026-11-20T09:36:00Z",
    }
    detection = read(message)
    assert (detection.event_name, detection.event_source) == ("CreateTrustAnchor", "rolesanywhere.amazonaws.com")
    assert "which operation was called" in " ".join(detection.missing)


def test_a_copy_of_the_rule_is_known_by_its_name() -> None:
    """Organisations copy rules: the id changes and the name stays."""
    message = {"signal": {"rule": {"name": f"[prod] {records.RULE_NAME}"}}, "@timestamp": "2026-11-20T09:36:00Z"}
    assert read(message).event_name == "CreateTrustAnchor"


def test_an_operation_without_a_service_is_ours() -> None:
    """Only Roles Anywhere has trust anchors."""
    message = records.elastic_nested(records.cloudtrail_record())
    del message["event"]["provider"]
    detection = read(message)
    assert detection.event_source == "rolesanywhere.amazonaws.com"
    assert "which AWS service was called" in " ".join(detection.missing)


def test_an_outcome_of_failure_is_an_error() -> None:
    """A failed call without a code is a failed call."""
    message = records.elastic_nested(records.cloudtrail_record())
    message["event"]["outcome"] = "failure"
    assert read(message).error_code == "unnamed error"


def test_an_unreadable_original_is_named() -> None:
    """A damaged original record does not stop the rest."""
    message = records.elastic_nested(records.cloudtrail_record())
    message["event"]["original"] = "{broken"
    detection = read(message)
    assert detection.anchor.arn == records.ANCHOR_ARN
    assert "the original record (it is there and can't be read)" in detection.missing


def test_map_text_that_is_cut_in_the_certificate_keeps_the_type() -> None:
    """Half a request still says that the CA is uploaded, and that its certificate is cut off."""
    record = records.cloudtrail_record(responseElements=None)
    message = records.elastic_nested(record, flattened=False)
    trail = message["aws"]["cloudtrail"]
    trail["request_parameters"] = trail["request_parameters"][:300]
    detection = read(message)
    assert detection.anchor.source_type is SourceType.CERTIFICATE_BUNDLE
    assert detection.anchor.certificates_pem == ()
    assert any("cut off" in words for words in detection.missing)


LURES = [
    "source={sourceType=AWS_ACM_PCA, sourceData={acmPcaArn=" + records.PCA_ARN + "}}",
    "sourceType=AWS_ACM_PCA",
    "}}, source={sourceType=AWS_ACM_PCA}, name=innocent, enabled=false}",
    "trustAnchorArn=arn:aws:rolesanywhere:eu-west-1:1:trust-anchor/other, trustAnchorId=other, x={",
]


@pytest.mark.parametrize("lure", LURES)
@pytest.mark.parametrize("before", [True, False])
def test_text_around_the_certificate_changes_nothing_true(lure: str, before: bool) -> None:  # noqa: FBT001
    """Free text beside the PEM blocks can't turn an uploaded CA into another, nor the anchor into another."""
    pem = records.make_ca()
    source = records.bundle_source(f"{lure}\n{pem}" if before else f"{pem}\n{lure}")
    anchor = read(records.elastic_nested(records.cloudtrail_record(source=source), flattened=False)).anchor
    assert anchor.source_type is SourceType.CERTIFICATE_BUNDLE
    assert anchor.arn in (None, records.ANCHOR_ARN)
    assert anchor.name == "harbour-ci"
    assert anchor.enabled in (None, True)
    assert len(anchor.certificates_pem) == 1
    assert anchor.acm_pca_arn is None


def test_the_type_behind_uploaded_text_is_not_believed() -> None:
    """In the order that Java does not use, a caller's text stands before the type: then the type is unknown."""
    text = "{name=x, source={sourceData={x509CertificateData=anything}, sourceType=AWS_ACM_PCA}, enabled=true}"
    assert "sourceType" not in read_trust_anchor_map(text)["source"]


def test_the_type_behind_a_certificate_is_read_where_nothing_speaks_against_it() -> None:
    """A pipeline that keeps the caller's order prints the type last; a second one in the text makes it unknown."""
    pem = records.make_ca()
    text = f"{{source={{sourceData={{x509CertificateData={pem}}}, sourceType=CERTIFICATE_BUNDLE}}, name=x}}"
    assert read_trust_anchor_map(text)["source"]["sourceType"] == "CERTIFICATE_BUNDLE"
    lured = text.replace("-----BEGIN", "}, sourceType=HARDWARE}-----BEGIN")
    assert "sourceType" not in read_trust_anchor_map(lured)["source"]


def test_a_type_of_odd_letters_is_read_from_the_text() -> None:
    """What is no type that AWS has documented is said as it is written."""
    text = "{name=x, source={sourceType=Aws_Acm_Pca, sourceData={}}, enabled=true}"
    assert read_trust_anchor_map(text)["source"]["sourceType"] == "Aws_Acm_Pca"


@pytest.mark.parametrize(
    "name",
    [
        f"x, source={{sourceType=AWS_ACM_PCA, sourceData={{acmPcaArn={records.PCA_ARN}}}}}, enabled=true",
        f"x, source={{sourceData={{acmPcaArn={records.PCA_ARN}}}, sourceType=AWS_ACM_PCA}}",
        "{source={sourceType=AWS_ACM_PCA}}",
        "sourceType=AWS_ACM_PCA",
    ],
)
def test_a_name_that_imitates_a_source_hides_no_upload(name: str) -> None:
    """A name can't hold these letters where AWS took the call, and in a refused one it still stands."""
    request = {"name": name, "source": records.bundle_source(), "enabled": True}
    source = read_trust_anchor_map(records.java_map(request))["source"]
    assert source["sourceType"] == "CERTIFICATE_BUNDLE"
    assert "-----BEGIN CERTIFICATE" in source["sourceData"]["x509CertificateData"]


def test_a_name_that_imitates_another_private_ca_leaves_it_unknown() -> None:
    """Of two authorities in AWS Private CA, the text can't tell which is the anchor's."""
    own = f"x, source={{sourceType=AWS_ACM_PCA, sourceData={{acmPcaArn={records.PCA_ARN}}}}}"
    foreign = {"sourceType": "AWS_ACM_PCA", "sourceData": {"acmPcaArn": records.PCA_ARN.replace("1234", "9999")}}
    assert read_trust_anchor_map(records.java_map({"name": own, "source": foreign}))["source"] == {"sourceData": {}}


def test_a_name_with_a_comma_contradicts_nothing() -> None:
    """Where a value may go on behind a comma, the text says nothing of it."""
    detection = read(records.elastic_nested(records.cloudtrail_record(name="a, b={c}")))
    assert detection.anchor.name == "a, b={c}"
    assert detection.contradictions == ()


@pytest.mark.parametrize("swapped", [True, False])
def test_acm_pca_is_read_in_both_orders(swapped: bool) -> None:  # noqa: FBT001
    """An ARN of AWS Private CA holds no free text, so the type behind it counts."""
    source = records.pca_source()
    fields = dict(reversed(source.items())) if swapped else source
    found = read_trust_anchor_map(records.java_map({"name": "x", "source": fields, "enabled": True}))
    assert found == {"name": "x", "enabled": "true", "source": source}


def test_an_update_by_map_text_tells_whether_it_brought_a_source() -> None:
    """A whole text without source brought none; a text that is cut off leaves it open."""
    request = {"trustAnchorId": records.ANCHOR_ID, "name": "new"}
    record = records.cloudtrail_record("UpdateTrustAnchor", requestParameters=request)
    message = records.elastic_nested(record, flattened=False)
    assert read(message).anchor.source_in_request is False
    message["aws"]["cloudtrail"]["request_parameters"] = "{trustAnchorId=" + records.ANCHOR_ID + ", name=ne"
    detection = read(message)
    assert detection.anchor.source_in_request is None
    assert "what the caller sent (not whole)" in detection.missing


def test_a_request_kept_as_an_object_is_read() -> None:
    """Some pipelines keep the request as an object where Elastic prints text."""
    message = records.elastic_nested(records.cloudtrail_record(responseElements=None), flattened=False)
    message["aws"]["cloudtrail"]["request_parameters"] = records.cloudtrail_record()["requestParameters"]
    assert len(read(message).anchor.certificates_pem) == 1


def test_a_map_text_beyond_all_bounds_is_not_whole() -> None:
    """What stands behind 256 KiB is not read, and that is said: an update may have brought a source there."""
    record = records.cloudtrail_record("UpdateTrustAnchor", requestParameters={"trustAnchorId": records.ANCHOR_ID})
    message = records.elastic_nested(record, flattened=False)
    text = "{trustAnchorId=" + records.ANCHOR_ID + ", x=" + "y" * 262_144 + ", source={sourceType=AWS_ACM_PCA}}"
    message["aws"]["cloudtrail"]["request_parameters"] = text
    anchor = read(message).anchor
    assert anchor.source_in_request is None


@pytest.mark.parametrize("around", ["-----BEGIN PRIVATE KEY-----", "PuTTY-User-Key-File-3: x"])
def test_a_key_around_what_a_map_repeats_is_seen(around: str) -> None:
    """The map text repeats the flattened certificate, and beside it stands a key that the flattened copy lost."""
    document = records.elastic_nested(records.cloudtrail_record())
    trail = document["aws"]["cloudtrail"]
    pem = trail["flattened"]["request_parameters"]["source"]["sourceData"]["x509CertificateData"]
    assert pem in trail["request_parameters"]
    (plain,) = understand(records.body(document)).detections
    assert not plain.anchor.held_private_key
    trail["request_parameters"] = trail["request_parameters"].replace(pem, f"{pem}{around}")
    (marked,) = understand(records.body(document)).detections
    assert marked.anchor.held_private_key
    assert marked.anchor.certificates_pem == plain.anchor.certificates_pem

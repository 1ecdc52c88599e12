"""Findings of Security Hub and GuardDuty: only those about a trust anchor are detections, and they say their gaps."""

from __future__ import annotations

import pytest

from bot.adapters.formats import understand
from bot.domain.detection import Detection
from bot.domain.errors import BadInput
from bot.domain.rule import Answer, judge
from tests import records, records_forms
from tests.records_forms import asff, from_guardduty, guardduty, ocsf, security_hub

OTHER_ARN = records.ANCHOR_ARN[:-4] + "ffff"
FINDINGS = {
    "asff": security_hub(asff()),
    "asff, custom action": security_hub(asff(), "Security Hub Findings - Custom Action"),
    "asff, bare": asff(),
    "asff, list": {"findings": [asff()]},
    "ocsf": security_hub(ocsf(), "Findings Imported V2"),
    "ocsf, bare": ocsf(),
    "guardduty": from_guardduty(guardduty(resource={"other": {"arn": records.ANCHOR_ARN}})),
}


def read(message: object) -> tuple[Detection, ...]:
    """The detections in a message."""
    return understand(records.body(message)).detections


@pytest.mark.parametrize("form", FINDINGS)
def test_a_finding_about_a_trust_anchor_is_a_detection(form: str) -> None:
    """The anchor, its account and Region are known, all from the alert, and the gaps are named."""
    (detection,) = read(FINDINGS[form])
    assert detection.anchor.arn == records.ANCHOR_ARN
    assert (detection.account, detection.region) == (records.ACCOUNT, records.REGION)
    assert (detection.event_name, detection.event_source) == ("CreateTrustAnchor", records.SERVICE)
    assert detection.happened_at == records.HAPPENED_AT
    assert {"the event's id", "the CA certificate"} <= set(detection.missing)
    assert set(detection.sources.values()) == {"alert"}
    assert judge(detection).answer is not Answer.IGNORE


def test_the_alert_is_named() -> None:
    """Who found it, what it is called, how bad they think it is, and where it can be seen."""
    (detection,) = read(security_hub(asff(SourceUrl="https://example.com/finding")))
    alert = detection.alert
    assert alert is not None
    assert (alert.system, alert.name) == ("Security Hub", "A trust anchor with an external CA")
    assert (alert.severity, alert.url) == ("HIGH", "https://example.com/finding")


def test_a_call_to_roles_anywhere_is_enough() -> None:
    """GuardDuty names the call and who made it, not the anchor."""
    (detection,) = read(from_guardduty(guardduty()))
    assert detection.anchor.arn is None
    assert detection.actor.name == "maria"
    assert detection.actor.source_address == "198.51.100.7"
    assert "which trust anchor" in detection.missing
    assert detection.sources["event_name"] == "alert"


def test_a_guardduty_finding_in_security_hub_is_read() -> None:
    """Security Hub keeps the call in the product's fields or in the finding's action."""
    prefix = "aws/guardduty/service/action/awsApiCallAction"
    fields = {f"{prefix}/api": "UpdateTrustAnchor", f"{prefix}/serviceName": records.SERVICE}
    call = {"Api": "UpdateTrustAnchor", "ServiceName": records.SERVICE, "FirstSeen": "2026-11-20T09:30:12Z"}
    for changes in ({"ProductFields": fields}, {"Action": {"AwsApiCallAction": call}}):
        (detection,) = read(security_hub(asff(Resources=[], **changes)))
        assert detection.event_name == "UpdateTrustAnchor"


def test_a_guardduty_finding_as_the_api_spells_it_is_read() -> None:
    """Over the API the fields begin with capitals."""

    def capital(value: object) -> object:
        if isinstance(value, dict):
            return {key[:1].upper() + key[1:]: capital(item) for key, item in value.items()}
        return value

    assert read(capital(guardduty()))[0].actor == read(guardduty())[0].actor


def test_each_anchor_of_a_finding_is_a_detection_of_its_own() -> None:
    """Two anchors in one finding ring twice."""
    resources = [{"Type": "Other", "Id": arn} for arn in (records.ANCHOR_ARN, OTHER_ARN, records.ANCHOR_ARN)]
    found = read(security_hub(asff(Resources=resources)))
    assert [one.anchor.arn for one in found] == [records.ANCHOR_ARN, OTHER_ARN]
    assert len({one.event_id for one in found}) == 2


def test_the_resources_count_before_the_text() -> None:
    """An ARN in a description is used only where no resource names one."""
    (in_both,) = read(security_hub(asff(Description=f"compare {OTHER_ARN}")))
    assert in_both.anchor.arn == records.ANCHOR_ARN
    (in_text,) = read(security_hub(asff(Resources=[], Description=f"see {OTHER_ARN}.")))
    assert in_text.anchor.arn == OTHER_ARN


def test_a_repeat_of_a_finding_is_the_same_event() -> None:
    """Findings come again while they are open; another finding is another event."""
    (first,), (again,) = read(asff()), read(asff(UpdatedAt="2026-11-20T11:30:12Z"))
    (other,) = read(asff(Id="other"))
    assert first.event_id == again.event_id != other.event_id


def test_findings_of_one_message_are_read_one_by_one() -> None:
    """One that does not say when it happened is an error; one about something else is ignored."""
    message = {"findings": [asff(), asff(CreatedAt="?", UpdatedAt="?"), asff(Resources=[]), 7]}
    understood = understand(records.body(message))
    assert len(understood.detections) == len(understood.ignored) == 1
    assert [(one.code, one.at) for one in understood.errors] == [
        ("bad_time", "findings[1]"),
        ("not_an_object", "findings[3]"),
    ]


def test_a_record_inside_a_finding_counts() -> None:
    """The whole record says more than the finding, which is still named as the alert."""
    (detection,) = read(records_forms.FORMS["ocsf with the record"](records.cloudtrail_record()))
    assert detection.event_id == records.EVENT_ID
    assert detection.form == "eventbridge/findings/ocsf/cloudtrail"
    assert detection.alert is not None
    assert detection.alert.system == "Security Hub"


@pytest.mark.parametrize("time", [None, "soon", 0, -1, 10**12 * 9, 10**30, True, 1.5, "1"])
def test_an_ocsf_time_that_is_none_is_refused(time: object) -> None:
    """Seconds, far years and words are no time of a finding."""
    with pytest.raises(BadInput) as caught:
        read(ocsf(time=time))
    assert caught.value.code == "bad_time"


def test_too_many_anchors_are_refused() -> None:
    """A finding that names more than twenty trust anchors is put aside for a person."""
    arns = [f"{records.ANCHOR_ARN[:-4]}{number:04}" for number in range(21)]
    with pytest.raises(BadInput) as caught:
        read(asff(Resources=[{"Id": arn} for arn in arns]))
    assert caught.value.code == "too_many"


def test_a_look_alike_is_no_trust_anchor() -> None:
    """An ARN of another kind, or another service's call of the same name, is nothing for us."""
    other_kind = asff(Resources=[{"Id": records.ANCHOR_ARN.replace("trust-anchor", "profile")}])
    for message in (other_kind, guardduty("CreateSession", "s3express.amazonaws.com")):
        assert understand(records.body(message)).detections == ()


@pytest.mark.parametrize(
    ("message", "ids"),
    [
        (asff(), (asff()["Id"],)),
        (ocsf(), ("f-1", "m-1")),
        (guardduty(), (guardduty()["arn"], "a1b2c3")),
        (guardduty(id="x" * 3_000), (guardduty()["arn"],)),
        (records_forms.FORMS["asff with the record"](records.cloudtrail_record()), (asff()["Id"],)),
    ],
)
def test_a_finding_keeps_its_names(message: object, ids: tuple[str, ...]) -> None:
    """By them the guide knows the finding again among those about the same identity; a name is never cut."""
    alert = read(message)[0].alert
    assert alert is not None
    assert alert.finding_ids == ids

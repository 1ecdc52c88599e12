"""Each form in which an event arrives gives the same facts; parts are read one by one."""

from __future__ import annotations

import base64
import dataclasses
import gzip
import json
from collections.abc import Callable

import pytest

from bot.adapters.formats import Event, Found, found_in, understand
from bot.adapters.formats.unwrap import MOST_WORK
from bot.domain.detection import Detection, EventProblem
from bot.domain.errors import BadInput
from tests import records, records_forms
from tests.records_forms import FORMS

RECORD = records.cloudtrail_record(identity=records.assumed_role(mfa=True))
UPDATE = records.cloudtrail_record("UpdateTrustAnchor", eventID="second-event")
BROKEN = records.cloudtrail_record(eventTime="soon")


def detections(message: object) -> tuple[Detection, ...]:
    """The detections in a message (bytes go in as they are)."""
    return understand(message if isinstance(message, bytes) else records.body(message)).detections


def facts(detection: Detection) -> dict[str, object]:
    """What must not depend on the form."""
    said = dataclasses.asdict(detection)
    said["actor"].pop("source_identity")  # Elastic's documents do not have it.
    return {key: said[key] for key in said if key not in ("form", "alert", "missing", "sources", "rule")}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_tells_the_same(form: str) -> None:
    """Whichever way the event comes, actor, anchor, certificates, time and ids are equal, and nothing contradicts."""
    (detection,) = detections(FORMS[form](RECORD))
    (plain,) = detections(RECORD)
    assert facts(detection) == facts(plain)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_comes_as_an_array_too(form: str) -> None:
    """Two messages in one array are two events, also where each is wrapped."""
    found = detections([FORMS[form](RECORD), FORMS[form](UPDATE)])
    assert [one.event_name for one in found] == ["CreateTrustAnchor", "UpdateTrustAnchor"]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_comes_through_sns(form: str) -> None:
    """A notification around any form changes nothing but its name."""
    message = FORMS[form](RECORD)
    (bare,), (wrapped,) = detections(message), detections(records.sns(json.dumps(message)))
    assert wrapped == dataclasses.replace(bare, form=f"sns/{bare.form}")


BATCHES: dict[str, Callable[[list[object]], object]] = {
    "array": lambda many: many,
    "log file": lambda many: {"Records": many},
    "subscription": records_forms.awslogs,
    "connector": records_forms.kibana,
    "connector, array": lambda many: records_forms.kibana(many, text=False),
    "search": lambda many: {"hits": {"hits": [{"_source": one} for one in many]}},
    "array of texts": lambda many: [json.dumps(one) for one in many],
}


@pytest.mark.parametrize("batch", BATCHES)
def test_one_broken_event_costs_no_other(batch: str) -> None:
    """The good events around a broken one are found, in order, and the broken one is told with its place."""
    understood = understand(records.body(BATCHES[batch]([RECORD, BROKEN, UPDATE])))
    assert [one.event_name for one in understood.detections] == ["CreateTrustAnchor", "UpdateTrustAnchor"]
    (error,) = understood.errors
    assert error.code == "bad_time"
    assert "[1]" in error.at
    assert error.at.endswith("eventTime")


@pytest.mark.parametrize("junk", [None, 7, "plain words", "{broken", [], {}, {"hello": 1}, [[]], True])
@pytest.mark.parametrize("batch", BATCHES)
def test_junk_among_events_is_an_error_of_its_own(batch: str, junk: object) -> None:
    """Whatever stands among events is told, and never dropped."""
    understood = understand(records.body(BATCHES[batch]([RECORD, junk])))
    assert len(understood.detections) == len(understood.errors) == 1


def test_a_message_with_nothing_but_broken_parts_is_refused() -> None:
    """Then nothing was taken, and the first problem says why."""
    with pytest.raises(BadInput) as caught:
        detections([BROKEN, {"hello": "world"}])
    assert (caught.value.code, caught.value.at) == ("bad_time", "[0].eventTime")


def test_every_part_is_found_in_order_with_its_place() -> None:
    """Who must see everything gets events, ignored parts and problems in the order of the message."""
    found = found_in(records.body({"Records": [RECORD, records_forms.EXPIRY, 7]}))
    assert [one.at for one in found] == ["Records[0]", "Records[1]", "Records[2]"]
    assert [one.form for one in found] == ["log-file/cloudtrail", "log-file/eventbridge", "log-file"]
    assert isinstance(found[2].result, EventProblem)


@pytest.mark.parametrize(
    ("form", "kept"), [("record", "record"), ("eventbridge", "record"), ("nested", "document"), ("hit", "document")]
)
def test_what_an_event_was_read_from_comes_along(form: str, kept: str) -> None:
    """The published rule is judged over the record or the document as it came."""
    (found,) = found_in(records.body(FORMS[form](RECORD)))
    assert isinstance(found.result, Event)
    given = {"record": found.result.record, "document": found.result.document}
    assert given.pop(kept)
    assert list(given.values()) == [None]


@pytest.mark.parametrize("packing", ["gzip", "base64", "two members"])
def test_a_packed_body_is_unpacked(packing: str) -> None:
    """A subscriber may pass on what it got as it is."""
    batch = json.dumps(records_forms.awslogs_batch([RECORD])).encode()
    whole = gzip.compress(batch)
    halves = gzip.compress(batch[:100]) + gzip.compress(batch[100:])
    bodies = {"gzip": whole, "base64": base64.b64encode(whole), "two members": halves}
    (detection,) = detections(bodies[packing])
    assert detection.form == "gzip/logs/cloudtrail"


@pytest.mark.parametrize(
    ("wrapped", "form"),
    [
        (lambda body: gzip.compress(gzip.compress(body)), "gzip/gzip/cloudtrail"),
        (lambda body: gzip.compress(base64.b64encode(gzip.compress(body))), "gzip/gzip/cloudtrail"),
        (lambda body: b"\n " + base64.encodebytes(gzip.compress(body)), "gzip/cloudtrail"),
        (base64.b64encode, "base64/cloudtrail"),
        (base64.encodebytes, "base64/cloudtrail"),
        (lambda body: gzip.compress(base64.b64encode(body)), "gzip/base64/cloudtrail"),
    ],
)
def test_a_body_packed_by_its_sender_is_unpacked(wrapped: Callable[[bytes], bytes], form: str) -> None:
    """Gzip, base64, both, and gzip around what a subscriber passes on."""
    (detection,) = detections(wrapped(records.body(RECORD)))
    assert detection.form == form


def test_unpacking_has_a_depth() -> None:
    """Three layers are unpacked, a fourth is refused."""
    body = records.body(RECORD)
    for _ in range(4):
        body = gzip.compress(body)
    with pytest.raises(BadInput) as caught:
        understand(body)
    assert caught.value.code == "too_deep"


@pytest.mark.parametrize("body", [b"hello", b"aGVsbG8=", b"AAAA", b"Zm9v YmFy"])
def test_what_base64_of_nothing_is_stays_no_json(body: bytes) -> None:
    """A word that may be base64 of something is told as what it is: no JSON."""
    with pytest.raises(BadInput) as caught:
        understand(body)
    assert caught.value.code == "not_json"


def bomb(size: int) -> str:
    """Base64 of gzip that unpacks to so many bytes."""
    return base64.b64encode(gzip.compress(b" " * size, mtime=0)).decode()


@pytest.mark.parametrize("wrap", [records.sns, lambda text: text, lambda text: {"logEvents": [{"message": text}]}])
def test_a_packed_text_inside_is_unpacked(wrap: Callable[[str], object]) -> None:
    """What CloudWatch Logs packs is opened wherever a text may be a message: as a string, in SNS, in a batch."""
    (detection,) = detections(wrap(records_forms.packed(records_forms.awslogs_batch([RECORD]))))
    assert detection.anchor.arn == records.ANCHOR_ARN


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("?", "not_base64"),
        ("é", "not_base64"),
        (base64.b64encode(b"plain").decode(), "not_gzip"),
        (base64.b64encode(gzip.compress(b'{"a": 1}', mtime=0)[:-9]).decode(), "not_gzip"),
        (base64.b64encode(gzip.compress(b"\xff", mtime=0)).decode(), "not_utf8"),
        (base64.b64encode(gzip.compress(b"", mtime=0) * 65).decode(), "too_large"),
        (bomb(1536 * 1024 + 1), "too_large"),
        (bomb(500 * 1024 * 1024), "too_large"),
        (base64.b64encode(gzip.compress(b"words", mtime=0)).decode(), "not_json"),
        ("", "not_json"),
    ],
)
def test_what_does_not_unpack_is_refused(data: str, code: str) -> None:
    """Damage is named, and a bomb does not go off: it is refused before it is unpacked."""
    with pytest.raises(BadInput) as caught:
        detections({"awslogs": {"data": data}})
    assert (caught.value.code, caught.value.at) == (code, "awslogs.data")


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (records_forms.EXPIRY, "about to expire"),
        (records.sns(records_forms.EXPIRY), "about to expire"),
        (records_forms.EXPIRY["detail"], "about to expire"),
        (records_forms.awslogs([], messageType="CONTROL_MESSAGE"), "reaches the destination"),
        ({"s3Bucket": "trail", "s3ObjectKey": ["a.json.gz"]}, "the events are in the file"),
        (records_forms.search([]), "found nothing"),
        (records_forms.kibana([], text=False), "empty"),
        ({"Records": []}, "without a record"),
        ({"findings": []}, "without a finding"),
        ([[json.dumps({"Findings": []})]], "without a finding"),
        (records_forms.from_guardduty(records_forms.guardduty("ListBuckets", "s3.amazonaws.com")), "GuardDuty finding"),
        (records_forms.security_hub(records_forms.asff(Resources=[])), "Security Hub finding"),
        (records_forms.security_hub(records_forms.ocsf(resources=[]), "Findings Imported V2"), "Security Hub finding"),
        (records.eventbridge({}, source="aws.securityhub", **{"detail-type": "Security Hub Insight Results"}), "kind"),
    ],
)
def test_what_is_nothing_for_us_says_why(message: object, reason: str) -> None:
    """A well-formed message without a trust anchor in it is ignored, with a plain reason."""
    understood = understand(records.body(message))
    assert (understood.detections, understood.errors) == ((), ())
    (told,) = understood.ignored
    assert reason in told


@pytest.mark.parametrize(
    ("message", "code", "at"),
    [
        ({"awslogs": "text"}, "not_an_object", "awslogs"),
        ({"awslogs": {}}, "missing_field", "awslogs.data"),
        ({"messageType": "DATA_MESSAGE"}, "missing_field", "logEvents"),
        (records_forms.kibana([]) | {"alerts": "[object Object],[object Object]"}, "not_json", "alerts"),
        (records.eventbridge({}, **{"detail-type": "GuardDuty Finding"}), "unknown_form", "detail"),
        ({"payload": {"event": "{broken"}}, "unknown_form", "body"),
        ({"payload": list(range(3000))}, "too_many", "body"),
    ],
)
def test_what_is_broken_says_where(message: object, code: str, at: str) -> None:
    """A message of a known form that lacks its content is an error at that place."""
    with pytest.raises(BadInput) as caught:
        detections(message)
    assert (caught.value.code, caught.value.at) == (code, at)


def test_more_than_is_read_of_one_message_is_told() -> None:
    """Beyond the bound nothing is read, and a problem says from where on: the message is then put aside."""
    listing = records.cloudtrail_record("ListBuckets", eventSource="s3.amazonaws.com", requestParameters=None)
    small = {key: listing[key] for key in ("eventName", "eventSource", "eventTime")}
    understood = understand(records.body({"Records": [small] * 1200}))
    assert len(understood.detections) == MOST_WORK
    (error,) = understood.errors
    assert (error.code, error.at) == ("too_many", f"Records[{MOST_WORK}]")


def test_a_hundred_alerts_of_one_run_are_read() -> None:
    """As many as a rule raises at once, each about another trust anchor with a CA of its own."""
    alerts = [
        records.elastic_nested(
            records.cloudtrail_record(
                name=f"anchor-{number}", source=records.bundle_source(records.make_ca(f"CN={number}"))
            )
        )
        for number in range(100)
    ]
    assert len(detections(alerts)) == 100


def test_large_bundles_count_for_more() -> None:
    """Of several bundles, each as large as the API takes, the first is read and the others are said not to be."""
    large = "-----BEGIN CERTIFICATE-----" + "QUJD" * 50_000 + "-----END CERTIFICATE-----"
    record = records.cloudtrail_record(source=records.bundle_source(large), responseElements=None)
    understood = understand(records.body({"Records": [record] * 4}))
    assert len(understood.detections) == 1
    assert [error.at for error in understood.errors] == ["Records[1]"]


def problems(found: tuple[Found, ...]) -> list[EventProblem]:
    """The problems among what was found."""
    return [one.result for one in found if isinstance(one.result, EventProblem)]


def test_a_transformer_that_kept_the_detail_only_is_a_record() -> None:
    """EventBridge with an input transformer hands over the bare detail."""
    (detection,) = detections(records.eventbridge(RECORD)["detail"])
    assert detection.form == "cloudtrail"


def test_records_of_queues_are_opened() -> None:
    """A function's batch of SQS or SNS messages that was passed on as it is."""
    in_sqs = {"Records": [{"eventSource": "aws:sqs", "messageId": "1", "body": json.dumps(RECORD)}]}
    in_sns = {"Records": [{"EventSource": "aws:sns", "Sns": records.sns(RECORD)}]}
    for message in (in_sqs, in_sns):
        (detection,) = detections(message)
        assert detection.event_id == records.EVENT_ID
    assert problems(found_in(records.body(in_sqs))) == []


def test_a_summary_with_the_same_alert_twice_is_two_reports() -> None:
    """The intake tells both; that they are one event is for the cases to know."""
    found = detections(records_forms.kibana([records.elastic_nested(RECORD)] * 2))
    assert len({one.event_id for one in found}) == 1
    assert len(found) == 2

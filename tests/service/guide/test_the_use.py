"""The steps about the use of the trust anchor: sessions, certificates, and witnesses beside CloudTrail."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.answer import Answer, Standing
from bot.domain.case import Case
from bot.domain.detection import RuleAlert
from bot.domain.errors import AwsError
from bot.service.guide import the_use, use_witnesses
from bot.service.guide.session_places import NO_DATABASE
from tests.certificates_shown import ShownCa, ca_shown
from tests.fakes.aws_samples import session_record, stamp
from tests.fakes.desk import Desk
from tests.fakes.fake_aws import NOW
from tests.fakes.fake_search import FakeSearch
from tests.fakes.guide_desk import ask_step

CREATED = NOW - timedelta(hours=1)
PLACED = "203.0.113.9"


@pytest.fixture
def ca() -> ShownCa:
    """The CA of the trust anchor."""
    return ca_shown("Rogue")


@pytest.fixture
def desk(ca: ShownCa) -> Desk:
    """A desk whose AWS answers what the step asks beside CloudTrail."""
    made = Desk()
    anchor = made.aws.anchor(made.target)
    assert anchor is not None
    anchor["source"]["sourceData"]["x509CertificateData"] = ca.pem
    counts(made, 0)
    made.aws.serve("rolesanywhere:ListSubjects", {"subjects": []})
    return made


def counts(desk: Desk, successes: int) -> None:
    """Let CloudWatch count so many sessions."""
    values = {"MetricDataResults": [{"Id": "successes", "Values": [float(successes)]}]}
    desk.aws.serve("cloudwatch:GetMetricData", values)


async def opened(desk: Desk) -> Case:
    """The case with its detection."""
    await desk.detect()
    return await desk.case()


def session(desk: Desk, number: int = 0, **changes: Any) -> dict[str, Any]:
    """A session some minutes after the anchor was made."""
    at = {"eventID": f"s{number}", "eventTime": stamp(CREATED + timedelta(minutes=10 + number))}
    return session_record(desk.target, **{**at, **changes})


def asked(desk: Desk, cert: str) -> dict[str, Any]:
    """A request with a certificate."""
    role = f"arn:aws:iam::{desk.target.account}:role/deployer"
    return {"trustAnchorArn": desk.target.anchor_arn, "roleArn": role, "cert": cert, "durationSeconds": 3600}


async def found(desk: Desk, records: list[dict[str, Any]], **more: Any) -> dict[str, Answer]:
    """The answers of both steps over these records."""
    case = await opened(desk)
    main = await ask_step(the_use.STEP, case, desk.aws, records=records, **more)
    return main | await ask_step(use_witnesses.STEP, case, desk.aws, records=records, **more)


async def test_sessions_are_told_by_certificate(desk: Desk, ca: ShownCa) -> None:
    """Issued and refused stand apart, with serial, subject, address, role and the last end of a session."""
    records = [
        session(desk, 0, requestParameters=asked(desk, cert := ca.shows(0xA1, "laptop"))),
        session(desk, 1, requestParameters=asked(desk, cert), errorCode="AccessDenied", responseElements=None),
        session(desk, 2, requestParameters=asked(desk, ca.shows(0xB2, "server"))),
    ]
    answers = await found(desk, records)
    used = answers["ca_used"]
    assert used.sentence.startswith(
        "Used: 2 sessions issued to 2 certificates, 1 attempt refused; first 2026-11-22 02:1"
    )
    assert [one.code for one in used.signs] == ["ca_used", "session_refused"]
    assert " certificates, as deployer, from " in used.signs[0].sentence
    facts = used.facts
    assert (facts["issued"], facts["refused"], facts["whole"]) == (2, 1, True)
    assert facts["latest_expiry"] == (CREATED + timedelta(minutes=72)).isoformat()
    certificates = answers["used_certificates"]
    assert certificates.facts == {"serials": ["b2", "a1"]}
    assert certificates.lines[0].startswith("Certificate b2 (CN=server): 1 session; role deployer; ")
    assert certificates.lines[1].startswith("Certificate a1 (CN=laptop): 1 session, 1 attempt refused; role deployer; ")


async def test_no_use_says_where_and_until_when_it_looked(desk: Desk) -> None:
    """Nothing found names Region, range and CloudTrail's delay."""
    answers = await found(desk, [])
    place = "CloudTrail of eu-west-1 from 2026-11-22 02:00:00 UTC to 2026-11-22 03:00:00 UTC"
    assert answers["ca_used"].sentence == f"No CreateSession of this trust anchor in {place}."
    assert any("about 5 minutes" in one for one in answers["ca_used"].not_checked)
    assert answers["ca_used"].signs == ()
    assert [one.code for one in answers["session_metric"].signs] == ["ca_not_used"]


async def test_other_sessions_are_not_this_anchors(desk: Desk) -> None:
    """Other anchors' sessions and other services' CreateSession do not count."""
    other = desk.aws.add_anchor()
    records = [session_record(other, eventTime=stamp(NOW), eventID="1"), session(desk, eventSource="s3.amazonaws.com")]
    assert (await found(desk, records))["ca_used"].facts["issued"] == 0


async def test_a_search_that_was_refused_finds_nothing_and_says_so(desk: Desk) -> None:
    """Without LookupEvents the use is unknown, and the witnesses beside CloudTrail still answer."""
    desk.aws.fail("rolesanywhere:ListSubjects", "deny")
    counts(desk, 3)
    search = FakeSearch()
    search.error = AwsError("Broken", "AWS broke", "cloudtrail:LookupEvents")
    answers = await found(desk, [], search=search)
    assert answers["ca_used"].standing is Standing.COULD_NOT_CHECK
    assert answers["ca_used"].signs == ()
    assert answers["subjects"].missing == ("rolesanywhere:ListSubjects",)
    assert answers["session_metric"].sentence == "CloudWatch counts 3 sessions, CloudTrail could not be searched."
    assert [one.code for one in answers["session_metric"].signs] == ["ca_used"]


async def test_the_metric_is_a_second_witness(desk: Desk) -> None:
    """CloudWatch may know of sessions before CloudTrail shows them."""
    counts(desk, 3)
    metric = (await found(desk, [session(desk, 0), session(desk, 1)]))["session_metric"]
    assert metric.sentence == "CloudWatch counts 3 sessions, CloudTrail shows 2 so far."
    assert [one.code for one in metric.signs] == ["ca_used"]
    (call,) = [one for one in desk.aws.journal if one.permission == "cloudwatch:GetMetricData"]
    assert call.parameters["StartTime"] == CREATED


async def test_a_metric_that_agrees_is_no_sign_of_its_own(desk: Desk) -> None:
    """What CloudTrail shows already is not said twice."""
    counts(desk, 1)
    assert (await found(desk, [session(desk)]))["session_metric"].signs == ()


async def test_the_guides_name_is_searched_and_explained(desk: Desk) -> None:
    """The event that the guide names is of another service, and that is said."""
    iot = {"eventID": "i", "eventTime": stamp(NOW), "awsRegion": "eu-west-1", "eventSource": "iot.amazonaws.com"}
    answer = (await found(desk, [{**iot, "eventName": "AssumeRoleWithCertificate"}]))["guides_event_name"]
    assert "1 event (of iot.amazonaws.com: not Roles Anywhere's sessions)" in answer.sentence
    assert answer.facts == {"events": 1}


def subject(number: int, pem: str, seen: timedelta = timedelta(0)) -> dict[str, Any]:
    """A subject of Roles Anywhere with one certificate."""
    made = {"subjectId": f"subject-{number}", "lastSeenAt": NOW - seen, "x509Subject": "CN=x"}
    return {**made, "credentials": [{"x509CertificateData": pem, "seenAt": NOW, "failed": False, "serialNumber": "1"}]}


def lists(desk: Desk, subjects: list[dict[str, Any]]) -> None:
    """Let Roles Anywhere list these subjects."""
    by_id = {one["subjectId"]: one for one in subjects}
    desk.aws.serve("rolesanywhere:ListSubjects", {"subjects": subjects})
    desk.aws.serve("rolesanywhere:GetSubject", lambda asked: {"subject": by_id[asked["subjectId"]]})


async def test_only_subjects_of_this_ca_count(desk: Desk, ca: ShownCa) -> None:
    """A leaf is of the CA whose key signed it; a namesake's and an old one are left out."""
    old = subject(3, ca.shows_pem(0xC), seen=timedelta(days=3))
    lists(desk, [subject(1, ca.shows_pem(0xA, "web")), subject(2, ca_shown("Rogue").shows_pem(0xB)), old])
    answer = (await found(desk, []))["subjects"]
    assert answer.facts == {"of_this_ca": 1, "unclear": 0, "seen_since": 2, "listed": 3}
    assert answer.lines == ("Certificate a (CN=web), last seen 2026-11-22 03:00:00 UTC, not marked by AWS as failed",)
    assert [one.code for one in answer.signs] == ["certificate_seen"]


async def test_a_certificate_below_this_ca_is_known_by_a_sessions_serial(desk: Desk) -> None:
    """CloudTrail names the anchor, so that a leaf of a CA below it counts too."""
    below = ca_shown("Below")
    lists(desk, [subject(1, below.shows_pem(0xA))])
    answer = (await found(desk, [session(desk, requestParameters=asked(desk, below.shows(0xA)))]))["subjects"]
    assert (answer.facts["of_this_ca"], answer.signs) == (1, ())


async def test_a_certificate_that_can_not_be_checked_is_said(desk: Desk) -> None:
    """Hostile bytes are nobody's certificate, and nobody's are not dropped silently."""
    lists(desk, [subject(1, "no certificate")])
    answer = (await found(desk, []))["subjects"]
    assert answer.facts["unclear"] == 1
    assert answer.not_checked == ("Whose 1 certificate of Roles Anywhere's list are: no key to check them.",)


async def test_the_calls_behind_the_sessions_are_found(desk: Desk) -> None:
    """STS shows the same keys; one that no session shows is counted apart."""
    role = f"arn:aws:iam::{desk.target.account}:role/deployer"

    def assumed(number: int, key: str, by: str) -> dict[str, Any]:
        return {
            "eventID": f"a{number}",
            "eventTime": stamp(NOW),
            "awsRegion": "eu-west-1",
            "eventSource": "sts.amazonaws.com",
            "eventName": "AssumeRole",
            "userIdentity": {"type": "AWSService", "invokedBy": by},
            "resources": [{"ARN": role}],
            "responseElements": {"credentials": {"accessKeyId": key}},
        }

    anywhere = "rolesanywhere.amazonaws.com"
    records = [assumed(1, "ASIAEXAMPLE000000001", anywhere), assumed(2, "ASIA2", anywhere), assumed(3, "ASIA3", "ec2")]
    answer = (await found(desk, [session(desk), *records]))["service_calls"]
    assert answer.facts == {"calls": 2, "of_unknown_sessions": 1, "roles": [role]}


async def test_sessions_before_the_ca_was_replaced_are_not_this_cas(desk: Desk, ca: ShownCa) -> None:
    """An update in place keeps the ARN: earlier sessions came through the CA that was there before."""
    case = await opened(desk)
    updated = replace(case.detection, event_name="UpdateTrustAnchor", happened_at=CREATED + timedelta(minutes=30))
    case = replace(case, detections=(updated,))
    records = [
        session(desk, 0, requestParameters=asked(desk, ca_shown("Good").shows(1))),
        session(desk, 1, requestParameters=asked(desk, ca.shows(2))),
        session(desk, 40, requestParameters=asked(desk, ca.shows(3))),
    ]
    used = (await ask_step(the_use.STEP, case, desk.aws, records=records))["ca_used"]
    assert (used.facts["issued"], used.facts["earlier"]) == (2, 1)
    assert "1 session of the CA that was there before are not counted" in used.sentence


async def test_a_case_without_an_anchor_could_not_be_checked(desk: Desk) -> None:
    """Nothing is searched for a trust anchor that nobody names."""
    case = await opened(desk)
    nameless = replace(case.detection, anchor=replace(case.detection.anchor, arn=None))
    answers = await ask_step(the_use.STEP, replace(case, detections=(nameless,)), desk.aws)
    assert {one.standing for one in answers.values()} == {Standing.COULD_NOT_CHECK}


@pytest.mark.parametrize("number", range(4))
async def test_every_round_answers_every_question(desk: Desk, number: int) -> None:
    """CloudTrail is late: each round asks again."""
    assert the_use.STEP.again
    assert use_witnesses.STEP.again
    answers = await found(desk, [session(desk)], number=number)
    assert {one.standing for one in answers.values()} == {Standing.ANSWERED}


async def test_the_addresses_of_sessions_have_a_place(desk: Desk, ca: ShownCa) -> None:
    """The country of the database stands behind each public address: on the line, in the sign and in the facts."""
    records = [
        session(desk, 0, requestParameters=asked(desk, cert := ca.shows(0xA1, "laptop")), sourceIPAddress=PLACED),
        session(desk, 1, requestParameters=asked(desk, cert), sourceIPAddress="10.1.2.3"),
    ]
    told = await found(desk, records, place_of=lambda one: ("Lund", "Sweden") if one == PLACED else ("x",))
    assert "from 10.1.2.3, 203.0.113.9 (Lund, Sweden)" in "".join(told["used_certificates"].lines)
    assert "203.0.113.9 (Lund, Sweden)" in told["ca_used"].signs[0].sentence
    sessions: Any = told["ca_used"].facts["sessions"]
    assert [one["place"] for one in sessions] == [None, "Lund, Sweden"]
    assert not [one for one in told["ca_used"].not_checked if "countries" in one]


async def test_the_alert_knows_the_place_of_its_own_address(desk: Desk, ca: ShownCa) -> None:
    """Without a database the alert's place counts for its own address, and for any other the gap is named."""
    shown = asked(desk, ca.shows(0xA1, "laptop"))
    records = [session(desk, number, requestParameters=shown) for number in (0, 1)]
    records[0]["sourceIPAddress"], records[1]["sourceIPAddress"] = "203.0.113.9", "198.51.100.77"
    case = await opened(desk)
    first = case.detection
    told_by = replace(
        first,
        actor=replace(first.actor, source_address="203.0.113.9"),
        alert=RuleAlert("Elastic", place=("Lund", "Sweden")),
    )
    case = replace(case, detections=(told_by,))
    used = (await ask_step(the_use.STEP, case, desk.aws, records=records))["ca_used"]
    assert "from 198.51.100.77, 203.0.113.9 (Lund, Sweden)" in used.signs[0].sentence
    assert NO_DATABASE in used.not_checked

"""The second labelled set, documents and findings that occur once: fields that miss or differ, texts that imitate."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from tests.scores.second_forms import document, java_text, nested, sns, without
from tests.scores.second_records import (
    ACCOUNT,
    EVENT_ID,
    OPEN,
    OTHER_ACCOUNT,
    PARTNER,
    REGION,
    SILENCER,
    TEXTS,
    Json,
    Odd,
    Wanted,
    alert,
    as_body,
    bundle,
    good_event,
    pca,
    wanted,
)


def odd_documents() -> Iterator[Odd]:
    """Elastic documents whose fields are not as the integration writes them."""
    one, want = good_event()
    base = document(one)
    for name, changes, v1, v6 in (
        ("type change", {"event.type": ["change"]}, True, False),
        ("types", {"event.type": ["creation", "info"]}, True, True),
        ("type as text", {"event.type": "info"}, True, True),
        ("type in capitals", {"event.type": "INFO"}, True, False),
        ("other dataset", {"event.dataset": "aws.cloudwatch_logs"}, False, False),
        ("dataset as list", {"event.dataset": ["aws.cloudtrail"]}, True, True),
        ("outcome unknown", {"event.outcome": "unknown"}, False, False),
        ("outcome in capitals", {"event.outcome": "Success"}, False, False),
    ):
        changed = replace(want, v1=v1, v6=v6, answer=("alert", "review", "ignore"))
        yield f"document: {name}", as_body(nested({**base, **changes})), (changed,)
    yield "document: no type", as_body(nested(without(base, "event.type"))), (replace(want, v6=False),)
    lower = replace(want, v1=False, v6=False, event_name=OPEN, answer=("alert", "review", "ignore"))
    yield "document: action in lower case", as_body(nested({**base, "event.action": "createtrustanchor"})), (lower,)
    gone = nested(without(base, "request_parameters"))
    yield "document: no request", as_body(gone), (replace(want, v6=False),)
    bare = wanted(("review",), None, rule="TF", anchor_arn=None, event_id=EVENT_ID)
    yield "document: neither", as_body(nested(without(base, "request_parameters", "response_elements"))), (bare,)
    request = "aws.cloudtrail.request_parameters"
    yield "document: request in JSON", as_body(nested({**base, request: json.dumps(one["requestParameters"])})), (want,)
    cut = nested({**without(base, "flattened", "response"), request: base[request][:400]})
    open_certificates = alert("CERTIFICATE_BUNDLE", event_id=EVENT_ID, anchor_arn=None)
    yield "document: text cut in the PEM", as_body(cut), (open_certificates,)
    yield from _ambiguous_texts(base)


def _ambiguous_texts(base: Json) -> Iterator[Odd]:
    """Texts in which a name imitates the source; a name can't really hold these letters, so no answer may be calm."""
    private = f"source={{{SILENCER}, sourceData={{acmPcaArn={pca()['sourceData']['acmPcaArn']}}}}}"
    unsure = wanted(("alert", "review"), OPEN, "first", event_id=EVENT_ID, anchor_arn=None)
    for name in (f"x, {private}, enabled=true", f"{{source={{{SILENCER}}}}}", f"source={{{SILENCER}"):
        text = java_text({"name": name, "source": bundle("first"), "enabled": True})
        yield f"document: name imitates {name[:20]}", _text_only(base, text), (unsure,)
    text = java_text({"name": f"x, {private}", "source": pca(OTHER_ACCOUNT)})
    yield "document: name imitates the own PCA", _text_only(base, text), (replace(unsure, certificates=()),)
    plain = alert("CERTIFICATE_BUNDLE", "first", event_id=EVENT_ID, anchor_arn=None)
    data = f"{{x509CertificateData={TEXTS['first']}}}"
    text = f"{{durationSeconds=3600, source={{sourceData={data}, sourceType=CERTIFICATE_BUNDLE}}, name=x}}"
    yield "document: type behind the PEM", _text_only(base, text), (plain,)
    awkward = {"durationSeconds": 3600, "name": "x", "notes": "a=b, c={d}, [e]", "source": bundle("awkward")}
    plain = alert("CERTIFICATE_BUNDLE", "awkward", event_id=EVENT_ID, anchor_arn=None)
    yield "document: awkward text", _text_only(base, java_text(awkward)), (plain,)


def _text_only(base: Json, text: str) -> bytes:
    """The document with that text as its request, and no other copy of request or answer."""
    return as_body(nested({**without(base, "flattened", "response"), "aws.cloudtrail.request_parameters": text}))


def findings() -> Iterator[Odd]:
    """Findings of GuardDuty and Security Hub: they name a call, and never what an anchor trusts."""
    for api, answer in (("CreateTrustAnchor", "review"), ("ListBuckets", "ignore")):
        host = PARTNER if api == "CreateTrustAnchor" else "s3.amazonaws.com"
        call = {"api": api, "serviceName": host, "callerType": "Remote IP"}
        finding = {
            "schemaVersion": "2.0",
            "accountId": ACCOUNT,
            "region": REGION,
            "id": "gd-1",
            "severity": 5,
            "createdAt": "2026-10-03T04:05:06Z",
            "type": "Persistence:IAMUser/AnomalousBehavior",
            "resource": {"resourceType": "AccessKey", "accessKeyDetails": {"accessKeyId": "ASIAQUAY", "userName": "i"}},
            "service": {"action": {"actionType": "AWS_API_CALL", "awsApiCallAction": call}},
        }
        event = {"source": "aws.guardduty", "detail-type": "GuardDuty Finding", "account": ACCOUNT, "region": REGION}
        want = _finding(api, answer)
        yield f"GuardDuty: {api}", as_body({**event, "detail": finding}), (want,)
        yield f"GuardDuty in SNS: {api}", as_body(sns({**event, "detail": finding})), (want,)
        action = {"ActionType": "AWS_API_CALL", "AwsApiCallAction": {"Api": api, "ServiceName": host}}
        for kind in ("Imported", "Custom Action"):
            hub = {"source": "aws.securityhub", "detail-type": f"Security Hub Findings - {kind}", "account": ACCOUNT}
            detail = {"findings": [_asff(action)]}
            yield f"ASFF {kind}: {api}", as_body({**hub, "region": REGION, "detail": detail}), (want,)
        evidence = {"api": {"operation": api, "service": {"name": host}}, "actor": {"user": {"uid": "u"}}}
        hub = {"source": "aws.securityhub", "detail-type": "Findings Imported V2", "account": ACCOUNT}
        detail = {"findings": [_ocsf(evidences=[evidence])]}
        yield f"OCSF: {api}", as_body({**hub, "region": REGION, "detail": detail}), (want,)
    one, want = good_event()
    raw = {"findings": [_ocsf(raw_data=json.dumps(one))]}
    hub = {"source": "aws.securityhub", "detail-type": "Findings Imported V2", "account": ACCOUNT, "region": REGION}
    told = replace(want, v6=None, event_id=OPEN)
    yield "OCSF with the record", as_body({**hub, "detail": raw}), (told,)


def _finding(api: str, answer: str) -> Wanted:
    answers = ("review", "alert") if answer == "review" else (answer,)
    loose = {"anchor_arn": OPEN, "actor_arn": OPEN, "event_id": OPEN, "event_name": OPEN}
    if answer == "ignore":
        loose |= {"account": OPEN, "region": OPEN}
    return wanted(answers, OPEN, **{**loose, "event_name": api if answer == "review" else OPEN})


def _asff(action: Json) -> Json:
    return {
        "SchemaVersion": "2018-10-08",
        "Id": "f-1",
        "AwsAccountId": ACCOUNT,
        "Region": REGION,
        "Title": "Call",
        "ProductArn": f"arn:aws:securityhub:{REGION}::product/aws/guardduty",
        "GeneratorId": "g",
        "CreatedAt": "2026-10-03T04:05:06Z",
        "UpdatedAt": "2026-10-03T04:05:06Z",
        "Description": "d",
        "Resources": [{"Type": "AwsIamAccessKey", "Id": "ASIAQUAY", "Region": REGION}],
        "Action": action,
    }


def _ocsf(**more: object) -> Json:
    return {
        "class_uid": 2004,
        "category_uid": 2,
        "time": 1_790_000_000_000,
        "severity_id": 3,
        "metadata": {"version": "1.6.0", "product": {"name": "GuardDuty"}},
        "cloud": {"account": {"uid": ACCOUNT}, "region": REGION, "provider": "AWS"},
        "finding_info": {"uid": "o-1", "title": "Unusual call", "types": ["Persistence"]},
        **more,
    }

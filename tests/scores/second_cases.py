"""The second labelled set, its cases: what can happen to a trust anchor, and what the rule and we must say of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tests.scores.second_records import (
    ACCOUNT,
    ANCHOR,
    OPEN,
    OTHER_ACCOUNT,
    SILENCER,
    TEXTS,
    Case,
    Json,
    Wanted,
    alert,
    anchor_arn,
    bundle,
    create,
    detail_of,
    pca,
    record,
    wanted,
)

_OMITTED = {"omitted": True, "originalSize": 104_857, "reason": "requestParameters too large"}
_DENIED = {"errorCode": "AccessDenied", "errorMessage": "User is not authorized to perform this action"}


def plain_cases() -> Iterator[Case]:
    """Creations whose request says all: they are put into every form."""
    yield Case("bundle", create(bundle("first")), alert("CERTIFICATE_BUNDLE", "first"))
    yield Case("two certificates", create(bundle("second", "first")), alert("CERTIFICATE_BUNDLE", "second", "first"))
    repository = bundle("rsa", kind="SELF_SIGNED_REPOSITORY")
    yield Case("self-signed repository", create(repository), alert("SELF_SIGNED_REPOSITORY", "rsa"))
    yield Case("own PCA", create(pca()), _calm())
    yield Case("own PCA, disabled", create(pca(), enabled=False), _calm())
    foreign = wanted(("alert", "review"), "AWS_ACM_PCA")
    yield Case("PCA of another account", create(pca(OTHER_ACCOUNT)), foreign)
    yield Case("unknown type", create(bundle("first", kind="CLOUD_HSM")), alert("CLOUD_HSM", "first"))
    yield Case("lower-case type", create(pca(kind="aws_acm_pca")), _odd_type("aws_acm_pca", "TT"))
    yield Case("odd-case type", create(pca(kind="Aws_Acm_Pca")), _odd_type("Aws_Acm_Pca", "TT"))
    yield Case("longer type", create(pca(kind="AWS_ACM_PCA_V2")), _odd_type("AWS_ACM_PCA_V2", "FF"))
    yield Case("born disabled", create(bundle("first"), enabled=False), alert("CERTIFICATE_BUNDLE", "first"))
    yield Case("no common name", create(bundle("nameless")), alert("CERTIFICATE_BUNDLE", "nameless"))
    yield Case("awkward subject", create(bundle("awkward")), alert("CERTIFICATE_BUNDLE", "awkward"))
    quoted = create(bundle("first"), name='"sourceType": "AWS_ACM_PCA"')
    yield Case("quoted type as name", quoted, alert("CERTIFICATE_BUNDLE", "first"))
    silenced = alert("CERTIFICATE_BUNDLE", "first", rule="FF")
    yield Case("type as name", create(bundle("first"), name=SILENCER), silenced)
    yield Case(
        "awkward name", create(bundle("first"), name="a, b={c}, d=[e], {f=g}"), alert("CERTIFICATE_BUNDLE", "first")
    )
    yield Case("comment before PEM", create(bundle("first", around=f"# {SILENCER}\n")), silenced)
    yield Case("type as user agent", create(bundle("first"), userAgent=SILENCER), alert("CERTIFICATE_BUNDLE", "first"))
    yield Case("tags", _tagged(bundle("first"), [{"key": "k", "value": SILENCER}]), silenced)
    hidden = [{"key": "HIDDEN_DUE_TO_SECURITY_REASONS", "value": "HIDDEN_DUE_TO_SECURITY_REASONS"}]
    yield Case("hidden tags", _tagged(bundle("first"), hidden), alert("CERTIFICATE_BUNDLE", "first"))
    yield Case("bundle as name of a PCA", create(pca(), name="sourceType=CERTIFICATE_BUNDLE"), _calm())
    yield Case("PEM in a tag of a PCA", _tagged(pca(), [{"key": "k", "value": TEXTS["first"]}]), _calm())


def _calm(rule: str = "FF", **more: Any) -> Wanted:
    return wanted(("ignore",), "AWS_ACM_PCA", rule=rule, **more)


def _odd_type(kind: str, rule: str) -> Wanted:
    """A type of a private CA that AWS has never sent: unknown, so external; open whether it rings."""
    return wanted(("alert", "review"), kind, rule=rule)


def _tagged(source: Json, tags: list[Json]) -> Json:
    one = create(source)
    one["requestParameters"]["tags"] = tags
    return one


def gap_cases() -> Iterator[Case]:
    """Successful creations with parts of the record missing or too large."""
    one, first = bundle("first"), ("CERTIFICATE_BUNDLE", "first")
    silent = create(one)
    yield Case("no response", silent | {"responseElements": None}, alert(*first, anchor_arn=None))
    yield Case("no request", silent | {"requestParameters": None}, alert(*first, rule="TF"))
    yield Case("empty request", silent | {"requestParameters": {}}, alert(*first, rule="TF"))
    yield Case("no request, own PCA", create(pca()) | {"requestParameters": None}, _calm("TF"))
    nothing = {"requestParameters": None, "responseElements": None}
    yield Case("neither", silent | nothing, wanted(("review",), None, rule="TF", anchor_arn=None))
    yield Case("omitted request", silent | {"requestParameters": _OMITTED}, alert(*first))
    both = {"requestParameters": _OMITTED, "responseElements": _OMITTED}
    yield Case("both omitted", silent | both, wanted(("review",), None, rule="TT", anchor_arn=None))
    yield Case("omitted request, own PCA", create(pca()) | {"requestParameters": _OMITTED}, _calm("TT"))
    large = create(bundle("first", around="#" * 9000 + "\n"))
    yield Case("request over the index's limit", large, alert(*first, rule="TF"))
    many = [{"key": f"k{number}", "value": "v" * 60} for number in range(200)]
    yield Case("own PCA over the index's limit", _tagged(pca(), many), _calm("TF"))
    sourceless = record("CreateTrustAnchor", {"name": "quay"}, detail_of(None))
    yield Case("no source anywhere", sourceless, wanted(("review",), None, rule="TT"))
    typeless = create({"sourceData": one["sourceData"]})
    yield Case("no type", typeless, alert(None, "first"))
    broken = {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": "-----BEGIN CERTIFICATE-----"}}
    yield Case("broken PEM", create(broken), alert("CERTIFICATE_BUNDLE"))
    two_minds = record("CreateTrustAnchor", {"name": "q", "source": pca()}, detail_of(one))
    yield Case("request and response differ", two_minds, wanted(("review", "alert"), OPEN, "first", rule="FF"))
    mixed = create({"sourceType": "AWS_ACM_PCA", "sourceData": one["sourceData"]})
    yield Case("private CA with PEM", mixed, wanted(("review", "alert"), "AWS_ACM_PCA", "first"))
    unnamed = create({"sourceType": "AWS_ACM_PCA", "sourceData": {}})
    yield Case("private CA without ARN", unnamed, wanted(("ignore", "review"), "AWS_ACM_PCA"))
    yield Case("identity null", create(one, userIdentity=None), alert(*first, actor_arn=None))
    unrecorded = create(one, recipientAccountId=...)
    yield Case("no recipient account", unrecorded, alert(*first))


def other_partition_cases() -> Iterator[Case]:
    """Accounts and Regions that no list of Regions has."""
    for partition, region in (("aws-us-gov", "us-gov-west-1"), ("aws-cn", "cn-north-1"), ("aws", "mx-central-9")):
        arn = anchor_arn(region=region, partition=partition)
        changes: Json = {"awsRegion": region, "wanted": {"region": region, "anchor_arn": arn}}
        own = pca(partition=partition, region=region)
        for name, source, want in (
            ("bundle", bundle("first"), alert("CERTIFICATE_BUNDLE", "first", **changes["wanted"])),
            ("own PCA", own, _calm(**changes["wanted"])),
        ):
            request = {"name": "quay", "source": source}
            one = record("CreateTrustAnchor", request, detail_of(source, arn=arn), awsRegion=region)
            yield Case(f"{name} in {region}", one, want)


def change_cases() -> Iterator[Case]:
    """Updates, switches and attempts."""
    one, first = bundle("first"), ("CERTIFICATE_BUNDLE", "first")
    named = {"trustAnchorId": ANCHOR}
    update: Json = {"event_name": "UpdateTrustAnchor"}
    yield _change("new bundle", "UpdateTrustAnchor", {**named, "source": one}, one, ("alert",), *first)
    yield _change("own PCA", "UpdateTrustAnchor", {**named, "source": pca()}, pca(), ("ignore",), "AWS_ACM_PCA")
    foreign = pca(OTHER_ACCOUNT)
    either = ("alert", "review")
    yield _change("foreign PCA", "UpdateTrustAnchor", {**named, "source": foreign}, foreign, either, "AWS_ACM_PCA")
    yield _change("name, bundle", "UpdateTrustAnchor", {**named, "name": "n"}, one, ("ignore", "review"), *first)
    yield _change("name, own PCA", "UpdateTrustAnchor", {**named, "name": "n"}, pca(), ("ignore",), "AWS_ACM_PCA")
    quiet = wanted(("review",), None, **{**update, "anchor_arn": OPEN})
    renamed = replace(quiet, answer=("ignore", "review"))
    yield Case("update of name, no response", record("UpdateTrustAnchor", {**named, "name": "n"}, None), renamed)
    yield Case("update omitted", record("UpdateTrustAnchor", _OMITTED, _OMITTED), quiet)
    yield _change("switched on, bundle", "EnableTrustAnchor", named, one, ("alert",), *first)
    yield _change("switched on, own PCA", "EnableTrustAnchor", named, pca(), ("ignore",), "AWS_ACM_PCA")
    yield _change("switched on, foreign PCA", "EnableTrustAnchor", named, foreign, either, "AWS_ACM_PCA")
    unread = wanted(("review",), None, event_name="EnableTrustAnchor", anchor_arn=OPEN)
    yield Case("switched on, no response", record("EnableTrustAnchor", named, None), unread)
    for event in ("DisableTrustAnchor", "DeleteTrustAnchor"):
        yield _change(event, event, named, one, ("ignore", "review"), *first)
    created = {"name": "quay", "source": one}
    denied = wanted(("review",), *first, anchor_arn=None)
    yield Case("denied", record("CreateTrustAnchor", created, None, **_DENIED), denied)
    message_only = {"errorMessage": "Certificate is not valid"}
    yield Case("refused by message", record("CreateTrustAnchor", created, None, **message_only), denied)
    code_only = {"errorCode": "ValidationException"}
    yield Case("refused by code", record("CreateTrustAnchor", created, None, **code_only), denied)
    yield Case("denied, no request", record("CreateTrustAnchor", None, None, **_DENIED), _nothing("CreateTrustAnchor"))
    harmless = wanted(("ignore", "review"), "AWS_ACM_PCA", anchor_arn=None)
    private = {"name": "quay", "source": pca()}
    yield Case("denied, own PCA", record("CreateTrustAnchor", private, None, **_DENIED), harmless)
    empty = record("CreateTrustAnchor", created, detail_of(one), errorCode="", errorMessage=None)
    yield Case("empty error code", empty, alert(*first))
    refused = wanted(("review",), *first, anchor_arn=OPEN, **update)
    yield Case("update denied", record("UpdateTrustAnchor", {**named, "source": one}, None, **_DENIED), refused)
    stuck = wanted(("review", "ignore"), None, anchor_arn=OPEN, event_name="EnableTrustAnchor")
    yield Case("switch denied", record("EnableTrustAnchor", named, None, **_DENIED), stuck)


def _change(name: str, event: str, request: Json, source: Json, answer: tuple[str, ...], *labels: str) -> Case:
    want = wanted(answer, *labels, event_name=event)
    return Case(f"{event}: {name}", record(event, request, detail_of(source)), want)


def _nothing(event: str, *answer: str) -> Wanted:
    return wanted(answer or ("review",), None, anchor_arn=None, event_name=event)


def neighbour_cases() -> Iterator[Case]:
    """Other calls: some are worth a line in the case, most are not our business."""
    profile = {"profileId": "9d5c1f5e-0000-4000-8000-000000000001"}
    crl = {"crlId": "9d5c1f5e-0000-4000-8000-000000000002"}
    for event, request in (
        ("CreateProfile", {"name": "p", "roleArns": [f"arn:aws:iam::{ACCOUNT}:role/r"], "durationSeconds": 3600}),
        ("UpdateProfile", {**profile, "durationSeconds": 43_200}),
        ("PutAttributeMapping", {**profile, "certificateField": "x509Subject", "mappingRules": [{"specifier": "CN"}]}),
        ("DeleteAttributeMapping", {**profile, "certificateField": "x509Issuer"}),
        ("DisableCrl", crl),
        ("DeleteCrl", crl),
        ("UpdateCrl", {**crl, "name": "empty"}),
    ):
        yield Case(f"neighbour {event}", record(event, request, None), _nothing(event, "review"))
        failed = _nothing(event, "review", "ignore")
        yield Case(f"failed {event}", record(event, request, None, **_DENIED), failed)
    for event in ("GetTrustAnchor", "ListTrustAnchors", "GetProfile", "ListTagsForResource"):
        yield Case(event, record(event, {}, None, readOnly=True), _nothing(event, "ignore"))
    yield Case(
        "session", record("CreateSession", {"roleArn": "r"}, None), _nothing("CreateSession", "ignore", "review")
    )
    for service in ("s3express", "glue", "bedrock", "wisdom"):
        elsewhere = record("CreateSession", {"id": "x"}, None, eventSource=f"{service}.amazonaws.com")
        yield Case(f"session of {service}", elsewhere, _nothing("CreateSession", "ignore"))
    for service in ("iam.amazonaws.com", "rolesanywhere.example.com", "xrolesanywhere.amazonaws.com"):
        foreign = create(bundle("first"), eventSource=service)
        blank = wanted(("ignore",), OPEN, "first", anchor_arn=OPEN)
        yield Case(f"same name from {service!r}", foreign, blank)
    yield from _role_cases()


def _role_cases() -> Iterator[Case]:
    service = {"Service": ["ec2.amazonaws.com", "rolesanywhere.amazonaws.com"]}
    for name, principal, effect, answer in (
        ("lets the service in", service, "Allow", "review"),
        ("lets the service in, alone", {"Service": "rolesanywhere.amazonaws.com"}, "Allow", "review"),
        ("another service", {"Service": "ec2.amazonaws.com"}, "Allow", "ignore"),
        ("keeps the service out", {"Service": "rolesanywhere.amazonaws.com"}, "Deny", "ignore"),
    ):
        statement = {"Effect": effect, "Principal": principal, "Action": ["sts:AssumeRole", "sts:TagSession"]}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        request = {"roleName": "r", "policyDocument": document}
        one = record("UpdateAssumeRolePolicy", request, None, eventSource="iam.amazonaws.com")
        yield Case(f"trust policy {name}", one, _nothing("UpdateAssumeRolePolicy", answer))

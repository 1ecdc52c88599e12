"""Events with the answer that a person gives after reading them: each case, in every form that an event arrives in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from bot.domain.identity import case_id_for
from tests.records import (
    ACCOUNT,
    ANCHOR_ID,
    PCA_ARN,
    REGION,
    Json,
    anchor_detail,
    assumed_role,
    bundle_source,
    cloudtrail_record,
    make_ca,
    pca_source,
    sns,
)
from tests.records_forms import EXPIRY, FORMS, asff, from_guardduty, guardduty, security_hub

SILENCER = "sourceType=AWS_ACM_PCA"
DENIED: Json = {"errorCode": "AccessDeniedException", "errorMessage": "not authorized", "responseElements": None}
OMITTED: Json = {"omitted": True, "originalSize": 104_858, "reason": "requestParameters too large"}
SESSION = f"{case_id_for(ACCOUNT, REGION, ANCHOR_ID)}-U0EXAMPLE1"


@dataclass(frozen=True, slots=True)
class Case:
    """One call and the answer to it; ``group`` is the kind of case that the scores are counted by."""

    group: str
    name: str
    answer: str
    record: Json


@dataclass(frozen=True, slots=True)
class Labelled:
    """One message with one event in it, and the right answer."""

    group: str
    name: str
    form: str
    answer: str
    message: object


@cache
def labelled_events() -> tuple[Labelled, ...]:
    """The whole set: every case in every form that carries a record, and the messages that carry none."""
    cases = (*_created(), *_hidden(), *_acm_pca(), *_gaps(), *_updated(), *_enabled(), *_failed(), *_beside(), *_ours())
    formed = (
        Labelled(case.group, case.name, form, case.answer, build(case.record))
        for case in cases
        for form, build in FORMS.items()
    )
    return (*formed, *_without_record())


def _created() -> Iterator[Case]:
    sources = {
        "one certificate": bundle_source(),
        "an RSA certificate": bundle_source(make_ca(key="rsa-2048")),
        "two certificates": bundle_source(make_ca() + make_ca("CN=Second Root")),
        "a self-signed repository": {"sourceType": "SELF_SIGNED_REPOSITORY", "sourceData": {}},
        "a new type": {"sourceType": "HARDWARE_MODULE", "sourceData": {"moduleArn": "arn:aws:hsm"}},
    }
    for name, source in sources.items():
        yield Case("created with an external CA", name, "alert", cloudtrail_record(source=source))
    group = "created, as it happens"
    yield Case(group, "disabled", "alert", cloudtrail_record(enabled=False))
    yield Case(group, "by a role's session", "alert", cloudtrail_record(identity=assumed_role()))
    service = {**assumed_role(), "invokedBy": "cloudformation.amazonaws.com"}
    by_service = cloudtrail_record(identity=service, sourceIPAddress="cloudformation.amazonaws.com")
    yield Case(group, "by a service", "alert", by_service)
    yield Case(group, "in an unknown Region", "alert", cloudtrail_record(awsRegion="cn-northsouth-3r"))
    yield Case(group, "without some fields", "alert", cloudtrail_record(managementEvent=None, eventCategory=None))


def _hidden() -> Iterator[Case]:
    group = "text in the wrong place"
    commented = bundle_source(f"# {SILENCER}, sourceData={{acmPcaArn={PCA_ARN}}}\n{make_ca()}")
    yield Case(group, "before the certificate", "alert", cloudtrail_record(source=commented))
    yield Case(group, "behind it", "alert", cloudtrail_record(source=bundle_source(f"{make_ca()}{SILENCER}\n")))
    yield Case(group, "in an update", "alert", cloudtrail_record("UpdateTrustAnchor", source=commented))
    yield Case(group, "in the user agent", "alert", cloudtrail_record(userAgent=f"aws-cli/2 {SILENCER}"))
    yield Case(group, "in the name", "alert", cloudtrail_record(name="AWS_ACM_PCA"))
    record = cloudtrail_record()
    record["requestParameters"]["tags"] = [{"key": "owner", "value": SILENCER}]
    yield Case(group, "in a tag", "alert", record)
    like = {"sourceType": "AWS_ACM_PCA_SHARED", "sourceData": {}}
    yield Case(group, "a type that begins so", "alert", cloudtrail_record(source=like))
    both = {**bundle_source(), "sourceType": "AWS_ACM_PCA"}
    yield Case(group, "a type that is not believed", "alert", cloudtrail_record(source=both))
    imitated = cloudtrail_record(identity=_session(SESSION))
    yield Case(group, "a session named like ours", "alert", imitated)


def _acm_pca() -> Iterator[Case]:
    own, foreign = pca_source(), _pca_of("999999999999")
    group = "created with AWS Private CA"
    yield Case(group, "of the account", "ignore", cloudtrail_record(source=own))
    yield Case(group, "disabled", "ignore", cloudtrail_record(source=own, enabled=False))
    tagged = cloudtrail_record(source=own)
    hidden = "HIDDEN_DUE_TO_SECURITY_REASONS"
    tagged["requestParameters"]["tags"] = [{"key": hidden, "value": hidden}] * 200
    yield Case(group, "with many tags", "ignore", tagged)
    yield Case(group, "in an update", "ignore", cloudtrail_record("UpdateTrustAnchor", source=own))
    group = "AWS Private CA of another account"
    yield Case(group, "created", "alert", cloudtrail_record(source=foreign))
    yield Case(group, "in an update", "alert", cloudtrail_record("UpdateTrustAnchor", source=foreign))


def _gaps() -> Iterator[Case]:
    group = "a report with gaps"
    large = bundle_source("".join(make_ca(f"CN=Root {number}") for number in range(16)))
    yield Case(group, "a large bundle", "alert", cloudtrail_record(source=large))
    yield Case(group, "the request is left out", "alert", cloudtrail_record(requestParameters=OMITTED))
    both = cloudtrail_record(requestParameters=OMITTED, responseElements=OMITTED)
    yield Case(group, "both are left out", "review", both)
    yield Case(group, "no request", "alert", cloudtrail_record(requestParameters=None))
    yield Case(group, "neither is there", "review", cloudtrail_record(requestParameters=None, responseElements=None))
    pca = pca_source()
    yield Case(group, "ACM PCA without request", "ignore", cloudtrail_record(source=pca, requestParameters=None))
    omitted = cloudtrail_record(source=pca, requestParameters=OMITTED)
    yield Case(group, "ACM PCA, request left out", "ignore", omitted)


def _updated() -> Iterator[Case]:
    group = "updated"
    yield Case(group, "to an external CA", "alert", cloudtrail_record("UpdateTrustAnchor"))
    unanswered = cloudtrail_record("UpdateTrustAnchor", responseElements=None)
    yield Case(group, "to an external CA, no answer", "alert", unanswered)
    for name, source in (("external", bundle_source()), ("ACM PCA", pca_source())):
        record = cloudtrail_record("UpdateTrustAnchor", source=source)
        del record["requestParameters"]["source"]
        yield Case(group, f"the name alone, {name}", "ignore", record)


def _enabled() -> Iterator[Case]:
    group = "a dormant anchor is enabled"
    request = {"trustAnchorId": ANCHOR_ID}
    for name, source, answer in (
        ("external", bundle_source(), "alert"),
        ("ACM PCA", pca_source(), "ignore"),
        ("foreign ACM PCA", _pca_of("999999999999"), "alert"),
    ):
        record = cloudtrail_record("EnableTrustAnchor", source=source, requestParameters=request)
        yield Case(group, name, answer, record)
    silent = cloudtrail_record("EnableTrustAnchor", requestParameters=request, responseElements=None)
    yield Case(group, "nobody says of what kind", "review", silent)


def _failed() -> Iterator[Case]:
    group = "failed"
    yield Case(group, "creation", "review", cloudtrail_record(**DENIED))
    yield Case(group, "creation, no request", "review", cloudtrail_record(**DENIED, requestParameters=None))
    yield Case(group, "update", "review", cloudtrail_record("UpdateTrustAnchor", **DENIED))
    only_message = cloudtrail_record(errorMessage="not authorized", responseElements=None)
    yield Case(group, "creation, message only", "review", only_message)
    yield Case(group, "creation with ACM PCA", "ignore", cloudtrail_record(source=pca_source(), **DENIED))


def _beside() -> Iterator[Case]:
    group = "neighbours"
    profile = {"profileId": ANCHOR_ID, "name": "ci", "roleArns": [f"arn:aws:iam::{ACCOUNT}:role/Deploy"]}
    for name in ("CreateProfile", "UpdateProfile", "PutAttributeMapping", "DeleteAttributeMapping"):
        yield Case(group, name, "review", _other(name, profile))
    for name in ("DisableCrl", "DeleteCrl", "UpdateCrl"):
        yield Case(group, name, "review", _other(name, {"crlId": ANCHOR_ID}))
    for service, answer in (("rolesanywhere", "review"), ("ec2", "ignore")):
        principal = {"Service": f"{service}.amazonaws.com"}
        policy = {"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]}
        request = {"roleName": "Deploy", "policyDocument": json.dumps(policy)}
        yield Case(group, f"role for {service}", answer, _other("UpdateAssumeRolePolicy", request, "iam"))
    group = "other calls"
    for name in ("ListTrustAnchors", "GetTrustAnchor", "DisableTrustAnchor", "DeleteTrustAnchor", "CreateSession"):
        yield Case(group, name, "ignore", _other(name, {"trustAnchorId": ANCHOR_ID}))
    for service in ("s3express", "glue", "bedrock"):
        yield Case(group, f"CreateSession of {service}", "ignore", _other("CreateSession", {"bucket": "b"}, service))


def _ours() -> Iterator[Case]:
    group = "our own calls"
    for name in ("EnableTrustAnchor", "DisableTrustAnchor", "DeleteTrustAnchor"):
        request = {"trustAnchorId": ANCHOR_ID}
        record = cloudtrail_record(name, identity=_session(SESSION), requestParameters=request)
        yield Case(group, name, "ignore", record)


def _without_record() -> Iterator[Labelled]:
    group = "messages without a record"
    yield Labelled(group, "an expiry event", "eventbridge", "ignore", EXPIRY)
    yield Labelled(group, "an expiry event", "sns", "ignore", sns(EXPIRY))
    confirmation = sns("", Type="SubscriptionConfirmation")
    yield Labelled(group, "a subscription to confirm", "sns", "ignore", confirmation)
    yield Labelled(group, "a finding about a creation", "guardduty", "review", from_guardduty(guardduty()))
    yield Labelled(group, "a finding about another call", "guardduty", "ignore", _other_finding())
    resources = [{"Type": "AwsS3Bucket", "Id": "arn:aws:s3:::bucket"}]
    other = asff(Title="A public bucket", Resources=resources, Types=["Effects"], GeneratorId="watch-buckets")
    yield Labelled(group, "a finding about a bucket", "asff", "ignore", security_hub(other))


def _other_finding() -> Json:
    return from_guardduty(guardduty("ListBuckets", "s3.amazonaws.com"))


def _pca_of(account: str) -> Json:
    source = pca_source()
    source["sourceData"]["acmPcaArn"] = PCA_ARN.replace(ACCOUNT, account)
    return source


def _other(event_name: str, request: Json, service: str = "rolesanywhere") -> Json:
    answer = {"trustAnchor": anchor_detail(bundle_source())} if event_name.endswith("TrustAnchor") else None
    return cloudtrail_record(
        event_name,
        eventSource=f"{service}.amazonaws.com",
        requestParameters=request,
        responseElements=answer,
    )


def _session(name: str) -> Json:
    identity = assumed_role()
    identity["arn"] = f"arn:aws:sts::{ACCOUNT}:assumed-role/anchorwatch-act/{name}"
    return identity

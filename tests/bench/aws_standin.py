"""A small AWS for load: IAM Roles Anywhere, and as much of STS, IAM and CloudTrail as a plan may read.

Every call is kept with its time of arrival, so that "click to AWS call" can be read from outside. The
shapes are those of botocore's service models (rolesanywhere 2018-05-10); nothing is throttled or late.

See: https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_Operations.html
"""

import json
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web

ACCOUNT_ID = "111122223333"
ANCHOR_PATH = re.compile(r"^/trustanchor/([^/]+)(?:/(disable|enable))?$")
EMPTY_LISTS: dict[str, dict[str, list[Any]]] = {
    "/profiles": {"profiles": []},
    "/subjects": {"subjects": []},
    "/crls": {"crls": []},
    "/ListTagsForResource": {"tags": []},
}
OPERATIONS = {
    ("GET", None): "GetTrustAnchor",
    ("DELETE", None): "DeleteTrustAnchor",
    ("POST", "disable"): "DisableTrustAnchor",
    ("POST", "enable"): "EnableTrustAnchor",
}


@dataclass(slots=True)
class TrustAnchor:
    """One anchor of one account."""

    anchor_id: str
    name: str
    region: str
    account: str
    created_at: str
    updated_at: str
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class AwsCall:
    """One call: monotonic seconds of its arrival, its operation, and the anchor it names (None: none)."""

    at: float
    operation: str
    anchor_id: str | None


@dataclass
class AwsStandin:
    """The anchors of every account (one certificate for all) and the journal of calls since the last `reset`."""

    certificate_pem: str = ""
    anchors: dict[str, TrustAnchor] = field(default_factory=dict)
    calls: list[AwsCall] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)

    def reset(self) -> None:
        """Forget anchors and calls."""
        self.anchors.clear()
        self.calls.clear()
        self.unknown.clear()

    def add(self, anchor_id: str, name: str, region: str, account: str) -> None:
        """Create an enabled anchor."""
        now = datetime.now(UTC).isoformat()
        self.anchors[anchor_id] = TrustAnchor(anchor_id, name, region, account, now, now)

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one call, whichever service it is for."""
        arrived_at = time.monotonic()
        body = await request.read()
        if "X-Amz-Target" in request.headers:
            return self.answer_cloudtrail(arrived_at, request.headers["X-Amz-Target"])
        if request.path == "/" and b"Action=" in body:
            return self.answer_query(arrived_at, parse_qs(body.decode()))
        return self.answer_rolesanywhere(arrived_at, request)

    def answer_rolesanywhere(self, arrived_at: float, request: web.Request) -> web.Response:
        """Answer the REST protocol of Roles Anywhere."""
        match = ANCHOR_PATH.match(request.path)
        operation = None if match is None else OPERATIONS.get((request.method, match[2]))
        if match is not None and operation is not None:
            self.calls.append(AwsCall(arrived_at, operation, match[1]))
            return self.answer_anchor(operation, match[1])
        self.calls.append(AwsCall(arrived_at, f"{request.method} {request.path}", None))
        if request.method == "GET" and request.path == "/trustanchors":
            return web.json_response({"trustAnchors": [self.detail(a) for a in self.anchors.values()]})
        if request.method == "GET" and request.path in EMPTY_LISTS:
            return web.json_response(EMPTY_LISTS[request.path])
        self.unknown.add(f"{request.method} {request.path}")
        return rest_error(400, "ValidationException", f"not in this stand-in: {request.method} {request.path}")

    def answer_anchor(self, operation: str, anchor_id: str) -> web.Response:
        """Get, disable, enable or delete one anchor."""
        anchor = self.anchors.get(anchor_id)
        if anchor is None:
            return rest_error(404, "ResourceNotFoundException", "The resource could not be found.")
        if operation == "DeleteTrustAnchor":
            del self.anchors[anchor_id]
        elif operation != "GetTrustAnchor":
            anchor.enabled = operation == "EnableTrustAnchor"
            anchor.updated_at = datetime.now(UTC).isoformat()
        return web.json_response({"trustAnchor": self.detail(anchor)})

    def detail(self, anchor: TrustAnchor) -> dict[str, Any]:
        """Return an anchor as `TrustAnchorDetail`."""
        return {
            "trustAnchorId": anchor.anchor_id,
            "trustAnchorArn": trust_anchor_arn(anchor.account, anchor.region, anchor.anchor_id),
            "name": anchor.name,
            "enabled": anchor.enabled,
            "createdAt": anchor.created_at,
            "updatedAt": anchor.updated_at,
            "source": {
                "sourceType": "CERTIFICATE_BUNDLE",
                "sourceData": {"x509CertificateData": self.certificate_pem},
            },
            "notificationSettings": [],
        }

    def answer_query(self, arrived_at: float, form: dict[str, list[str]]) -> web.Response:
        """Answer STS and IAM, which speak XML."""
        action = form["Action"][0]
        self.calls.append(AwsCall(arrived_at, action, None))
        if action == "GetCallerIdentity":
            return xml(action, identity_xml())
        if action == "AssumeRole":
            return xml(action, assumed_role_xml(form["RoleArn"][0], form["RoleSessionName"][0]))
        if action == "ListRoles":
            return xml(action, "<Roles></Roles><IsTruncated>false</IsTruncated>")
        error = f"<Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>{action}</Message></Error>"
        text = f"<ErrorResponse>{error}<RequestId>bench</RequestId></ErrorResponse>"
        return web.Response(status=404, text=text, content_type="text/xml")

    def answer_cloudtrail(self, arrived_at: float, target: str) -> web.Response:
        """Answer `LookupEvents` with an empty page."""
        self.calls.append(AwsCall(arrived_at, target.rpartition(".")[2], None))
        return web.Response(text=json.dumps({"Events": []}), content_type="application/x-amz-json-1.1")


def trust_anchor_arn(account: str, region: str, anchor_id: str) -> str:
    """Return the ARN of an anchor."""
    return f"arn:aws:rolesanywhere:{region}:{account}:trust-anchor/{anchor_id}"


def rest_error(status: int, code: str, message: str) -> web.Response:
    """Return an error of the REST-JSON protocol."""
    return web.json_response({"message": message}, status=status, headers={"x-amzn-ErrorType": code})


def xml(action: str, result: str) -> web.Response:
    """Return an answer of the query protocol."""
    metadata = "<ResponseMetadata><RequestId>bench</RequestId></ResponseMetadata>"
    body = f"<{action}Result>{result}</{action}Result>{metadata}"
    return web.Response(text=f"<{action}Response>{body}</{action}Response>", content_type="text/xml")


def identity_xml() -> str:
    """Return the caller of every call."""
    arn = f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/bench/bench"
    return f"<Arn>{arn}</Arn><UserId>AROABENCH:bench</UserId><Account>{ACCOUNT_ID}</Account>"


def assumed_role_xml(role_arn: str, session_name: str) -> str:
    """Return credentials for one hour."""
    expires = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        "<Credentials><AccessKeyId>ASIABENCH</AccessKeyId><SecretAccessKey>bench</SecretAccessKey>"
        f"<SessionToken>bench</SessionToken><Expiration>{expires}</Expiration></Credentials>"
        f"<AssumedRoleUser><AssumedRoleId>AROABENCH:{session_name}</AssumedRoleId>"
        f"<Arn>{role_arn}/{session_name}</Arn></AssumedRoleUser>"
    )

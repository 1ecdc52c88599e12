"""What the services answer, and answers of our own in the form of each protocol."""

import json
import uuid
from dataclasses import dataclass
from typing import Any, cast
from wsgiref.types import WSGIApplication, WSGIEnvironment
from xml.sax.saxutils import escape

from botocore.awsrequest import HeadersDict
from botocore.parsers import ResponseParserError, create_parser
from werkzeug.test import run_wsgi_app

from .calls import AwsCall

_SERVER_FAULT = 500
# EC2 has names of its own for what every other service calls alike.
# See: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
_EC2_CODES = {"AccessDeniedException": "UnauthorizedOperation", "ThrottlingException": "RequestLimitExceeded"}


@dataclass(frozen=True)
class Answer:
    """An HTTP answer.

    Attributes:
        status: Status line without the version, such as `200 OK`.
        headers: Name and value pairs.
        body: The whole body.
    """

    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def code(self) -> int:
        """The status code."""
        return int(self.status.split()[0])

    @property
    def request_id(self) -> str | None:
        """The id that the service gave the request; None when it gave none."""
        return HeadersDict(self.headers).get("x-amzn-requestid")


def run(app: WSGIApplication, environ: WSGIEnvironment) -> Answer:
    """Call a WSGI application and keep what it answers."""
    chunks, status, headers = run_wsgi_app(app, environ, buffered=True)
    return Answer(status, tuple(headers), b"".join(chunks))


def parsed(call: AwsCall, answer: Answer) -> dict[str, Any]:
    """The answer as boto3 would show it: the output members, or `Error` with `Code` and `Message`."""
    response = {"status_code": answer.code, "headers": HeadersDict(answer.headers), "body": answer.body}
    try:
        members: dict[str, Any] = create_parser(call.protocol).parse(
            response,
            # None is fine for an operation without output; the published types do not say so.
            cast("Any", call.model.output_shape),
        )
    except ResponseParserError:
        members = {"Error": {"Code": str(answer.code), "Message": "unreadable answer"}}
    members.pop("ResponseMetadata", None)
    return members


def refusal(call: AwsCall, status: str, code: str, message: str) -> Answer:
    """An error in the form of the call's protocol."""
    request_id = str(uuid.uuid4())
    headers = [("x-amzn-RequestId", request_id)]
    if call.protocol == "ec2":
        code = _EC2_CODES.get(code, code)
        text = (
            f"<Response><Errors><Error><Code>{code}</Code><Message>{escape(message)}</Message></Error></Errors>"
            f"<RequestID>{request_id}</RequestID></Response>"
        )
        headers.append(("Content-Type", "text/xml"))
    elif call.protocol in {"query", "rest-xml"}:
        fault = "Receiver" if int(status.split(maxsplit=1)[0]) >= _SERVER_FAULT else "Sender"
        text = (
            f"<ErrorResponse><Error><Type>{fault}</Type><Code>{code}</Code>"
            f"<Message>{escape(message)}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
        )
        headers.append(("Content-Type", "text/xml"))
    else:
        text = json.dumps({"__type": code, "message": message})
        headers += [("Content-Type", "application/json"), ("x-amzn-ErrorType", code)]
    body = text.encode()
    return Answer(status, (*headers, ("Content-Length", str(len(body)))), body)


def denied(call: AwsCall, caller_arn: str, resource: str, why: str) -> Answer:
    """AccessDenied in AWS's wording.

    See: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """
    action = f"{call.service}:{call.operation}"
    code = "AccessDenied" if call.protocol in {"query", "rest-xml"} else "AccessDeniedException"
    message = f"User: {caller_arn} is not authorized to perform: {action} on resource: {resource} because {why}"
    return refusal(call, "403 Forbidden", code, message)


def switched_off(call: AwsCall) -> Answer:
    """What AWS answers to a key that is inactive.

    See: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
    """
    message = "The security token included in the request is invalid."
    code = "InvalidClientTokenId" if call.protocol in {"query", "rest-xml"} else "UnrecognizedClientException"
    return refusal(call, "403 Forbidden", code, message)


def throttled(call: AwsCall) -> Answer:
    """ThrottlingException, which no service model lists."""
    return refusal(call, "429 Too Many Requests", "ThrottlingException", "Rate exceeded")


def unreadable(call: AwsCall) -> Answer:
    """A body that does not fit the model, as AWS's services answer before they look at it."""
    return refusal(call, "400 Bad Request", "SerializationException", "The request could not be read")


def broken(call: AwsCall) -> Answer:
    """An internal error of the service."""
    return refusal(call, "500 Internal Server Error", "InternalServerException", "An internal error occurred")

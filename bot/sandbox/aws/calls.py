"""Reads an HTTP request to an AWS API: which operation, with what parameters, signed with which key."""

import io
import re
from dataclasses import dataclass, field
from typing import Any

from moto.core.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS, RequestDict
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

# See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
_CREDENTIAL = re.compile(r"AWS4-\S+ Credential=(?P<key>[^/]+)/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")

# Services whose signing name is neither the name of their model nor the prefix of their actions.
_NAMES = {"monitoring": "cloudwatch"}

# Calls whose IAM action has another name.
# See: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
_ACTIONS = {"s3:ListObjectsV2": "s3:ListBucket"}


@dataclass(frozen=True)
class AwsCall:
    """One signed request.

    Attributes:
        service: Prefix of the service's actions in policies, such as `rolesanywhere`.
        region: Region of the signature.
        model: The operation in moto's view of botocore's service model.
        protocol: `rest-json`, `rest-xml`, `json`, `query` or `ec2`.
        parameters: The parsed request members.
        access_key_id: The key of the signature.
        source_ip: The caller's address; `X-Forwarded-For` wins, so that a story can name an outside address.
        user_agent: As sent.
        is_readable: False when the body does not fit the model; the parameters are then empty.
        account_header: moto's `X-Moto-Account-Id`, the account that a key unknown here is root of; None without.
    """

    service: str
    region: str
    model: OperationModel
    protocol: str
    parameters: dict[str, Any] = field(repr=False)
    access_key_id: str
    source_ip: str
    user_agent: str
    is_readable: bool = True
    account_header: str | None = None

    @property
    def operation(self) -> str:
        """The API name, such as `CreateTrustAnchor`."""
        return str(self.model.name)

    @property
    def action(self) -> str:
        """What policies call it, such as `rolesanywhere:CreateTrustAnchor`."""
        name = f"{self.service}:{self.operation}"
        return _ACTIONS.get(name, name)

    @property
    def is_read_only(self) -> bool:
        """Whether CloudTrail would call it a read."""
        reads = ("Get", "List", "Lookup", "Describe", "Simulate", "AssumeRole", "Receive")
        return self.operation.startswith(reads)

    @property
    def reads_only_state(self) -> bool:
        """Whether it leaves everything as it was; AssumeRole is a read to CloudTrail, yet makes credentials."""
        return self.is_read_only and not self.operation.startswith(("AssumeRole", "Receive"))


def read_call(environ: dict[str, Any]) -> AwsCall | None:
    """Read a WSGI request, leaving its body readable for the application behind.

    Returns:
        The call, or None when it is not signed or names no operation.
    """
    credential = _CREDENTIAL.match(environ.get("HTTP_AUTHORIZATION", ""))
    if not credential:
        return None
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    service = _NAMES.get(credential["service"], credential["service"])
    request = Request(environ.copy())
    try:
        model, url_params = get_service_router(service).match(request)
    except NotFound:
        return None
    finally:
        environ["wsgi.input"] = io.BytesIO(body)
    protocol = determine_request_protocol(get_service_model(service), request.content_type)
    parameters = _parameters(request, model, protocol, url_params)
    return AwsCall(
        service=service,
        region=credential["region"],
        model=model,
        protocol=protocol,
        parameters=parameters or {},
        is_readable=parameters is not None,
        access_key_id=credential["key"],
        source_ip=environ.get("HTTP_X_FORWARDED_FOR") or environ["REMOTE_ADDR"],
        user_agent=environ.get("HTTP_USER_AGENT", ""),
        account_header=environ.get("HTTP_X_MOTO_ACCOUNT_ID"),
    )


def _parameters(
    request: Request, model: OperationModel, protocol: str, url_params: dict[str, Any]
) -> dict[str, Any] | None:
    content: RequestDict = {
        "method": request.method,
        "values": request.values,
        "headers": request.headers,
        "body": request.data,
        "url_path": request.path,
        "url_params": url_params,
    }
    try:
        return dict(PROTOCOL_PARSERS[protocol](model, map_type=dict).parse(content))
    except (ValueError, TypeError, AttributeError):
        return None

"""Which of moto's services are grown here, each imported when its first call comes."""

import importlib
from typing import cast

from flask import Flask
from moto.core.responses import BaseResponse
from moto.core.utils import convert_to_flask_response

# The class that answers instead of moto's, and the paths that moto does not serve.
_EXTENDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "account": ("regions", "RegionListResponse", ("/listRegions", "/getRegionOptStatus")),
    "athena": ("athena.responses", "QueryResponse", ()),
    "cloudformation": ("stacks", "StackResponse", ()),
    "cloudtrail": ("cloudtrail.responses", "EventHistoryResponse", ()),
    "cloudwatch": ("cloudwatch", "SessionMetricsResponse", ()),
    "ec2": ("ec2", "EnabledRegionsResponse", ()),
    "guardduty": (
        "findings.guardduty",
        "FindingsResponse",
        ("/detector/<detector>/findings", "/detector/<detector>/findings/get"),
    ),
    "iam": ("iam.responses", "PolicyResponse", ()),
    "organizations": ("organizations", "ManagementOnlyResponse", ()),
    "securityhub": ("findings.securityhub", "FilteredFindingsResponse", ()),
    "sts": ("sts.responses", "SessionResponse", ()),
}


def extend(service: str, app: Flask) -> Flask:
    """Let our own class answer all calls of a service; a service that is not grown here stays moto's."""
    if service not in _EXTENDED:
        return app
    module, name, paths = _EXTENDED[service]
    response = cast("type[BaseResponse]", getattr(importlib.import_module(f"{__package__}.{module}"), name))
    view = convert_to_flask_response(response.dispatch)
    app.view_functions = dict.fromkeys(app.view_functions, view)
    for path in paths:
        app.add_url_rule(path, endpoint=path, methods=["GET", "POST"], view_func=view)
    return app

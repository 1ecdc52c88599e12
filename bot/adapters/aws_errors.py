"""Turns botocore's errors into ours, in one place; only here is decided whether a call may have had its effect."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from bot.domain.errors import AwsDenied, AwsError, AwsNotFound, AwsThrottled, AwsTransient, AwsUnclear

# Services spell throttling in many ways, and Roles Anywhere does not model it at all.
# See: https://docs.aws.amazon.com/boto3/latest/guide/retries.html
_THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "PriorRequestNotComplete",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "OptInRequired",
        "SignatureDoesNotMatch",
        "UnauthorizedOperation",
        "UnrecognizedClientException",
    }
)
# Only by its code: a bare 404 may come from a proxy, and for a deletion "not found" means "done".
_NOT_FOUND = frozenset({"ResourceNotFoundException", "NoSuchEntity", "NoSuchEntityException"})
_NO_CREDENTIALS = (
    boto.NoCredentialsError,
    boto.PartialCredentialsError,
    boto.CredentialRetrievalError,
    boto.TokenRetrievalError,
    boto.UnauthorizedSSOTokenError,
)
# With these the request never left.
_NEVER_SENT = (
    boto.ConnectTimeoutError,
    boto.DataNotFoundError,
    boto.EndpointConnectionError,
    boto.EndpointProviderError,
    boto.InvalidEndpointConfigurationError,
    boto.InvalidRegionError,
    boto.NoRegionError,
    boto.ParamValidationError,
    boto.ProxyConnectionError,
    boto.UnknownServiceError,
)
_TOO_MANY_REQUESTS = 429
_FORBIDDEN = 403
_SERVER_ERROR = 500


@contextmanager
def aws_errors(operation: str, *, reads: bool) -> Iterator[None]:
    """Translate what botocore raises inside.

    Args:
        operation: ``service:Operation`` as in IAM.
        reads: whether the call only reads; then no answer means no effect. For other calls the client must make
            one attempt only, or an answer to the second would hide the effect of the first.

    Raises:
        AwsDenied: a permission or the credentials are missing.
        AwsNotFound: the resource is not there.
        AwsThrottled: too many requests.
        AwsTransient: a read got no answer or a server's error.
        AwsUnclear: a call that changes something got no answer or a server's error.
        AwsError: anything else; the call had no effect.
    """
    try:
        yield
    except boto.ClientError as error:
        raise _from_answer(error, operation, reads=reads) from error
    except _NO_CREDENTIALS as error:
        raise AwsDenied("NoCredentials", str(error), operation) from error
    except _NEVER_SENT as error:
        raise AwsError(type(error).__name__, str(error), operation) from error
    except (boto.BotoCoreError, ResponseParserError) as error:
        kind = AwsTransient if reads else AwsUnclear
        raise kind(type(error).__name__, f"no answer: {error}", operation) from error


def _from_answer(error: boto.ClientError, operation: str, *, reads: bool) -> AwsError:
    answer: dict[str, Any] = dict(error.response)
    status = int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    code = str(answer.get("Error", {}).get("Code") or status)
    message = str(answer.get("Error", {}).get("Message") or error)
    return _kind(code, status, reads=reads)(code, message, operation)


def _kind(code: str, status: int, *, reads: bool) -> type[AwsError]:
    if code in _THROTTLED or status == _TOO_MANY_REQUESTS:
        return AwsThrottled
    if code in _DENIED or status == _FORBIDDEN:
        return AwsDenied
    if code in _NOT_FOUND:
        return AwsNotFound
    if status >= _SERVER_ERROR:
        return AwsTransient if reads else AwsUnclear
    return AwsError

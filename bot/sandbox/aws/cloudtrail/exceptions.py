"""The errors of LookupEvents.

See: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

from moto.core.exceptions import ServiceException


class InvalidLookupAttributesException(ServiceException):
    """More than one attribute, an unknown key, or a value outside its bounds."""

    code = "InvalidLookupAttributesException"


class InvalidTimeRangeException(ServiceException):
    """The start lies after the end."""

    code = "InvalidTimeRangeException"


class InvalidMaxResultsException(ServiceException):
    """The page size is not 1 to 50."""

    code = "InvalidMaxResultsException"


class InvalidNextTokenException(ServiceException):
    """The token is unknown, or came from a request with other parameters."""

    code = "InvalidNextTokenException"


class InvalidEventCategoryException(ServiceException):
    """The category is not `insight`, the only one that can be asked for."""

    code = "InvalidEventCategoryException"

"""The errors of the service model; the wording after the code is in AWS's manner, not quoted from it.

See: https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/CommonErrors.html
"""

from moto.core.exceptions import ServiceException


class ValidationException(ServiceException):
    """The request breaks a constraint of the model or a rule about certificates (400)."""

    code = "ValidationException"


class ResourceNotFoundException(ServiceException):
    """No resource of this account and Region has that id (404)."""

    code = "ResourceNotFoundException"


class TooManyTagsException(ServiceException):
    """The resource would carry more than 200 tags (400)."""

    code = "TooManyTagsException"

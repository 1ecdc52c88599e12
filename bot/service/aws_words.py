"""What an error of AWS means for the person who waits."""

from __future__ import annotations

from bot.domain.errors import NOT_SENT, AwsDenied, AwsError, AwsThrottled, AwsUnclear
from bot.domain.visible_text import quoted


def aws_sentence(error: AwsError) -> str:
    """What AWS's error means for the person who waits."""
    if isinstance(error, AwsDenied):
        return f"AWS refused: the permission {error.operation} is missing. It said {quoted(str(error))}."
    if isinstance(error, AwsThrottled):
        return f"AWS refused {error.operation} for too many requests. Try again in a minute."
    if isinstance(error, AwsUnclear):
        return f"AWS gave no answer to {error.operation}."
    if error.code == NOT_SENT:
        return f"{error.operation} was not sent to AWS: {error}."
    return f"AWS answered {error.operation} with {error.code}: {quoted(str(error))}."

"""Lets one refusal cost one answer, for steps whose questions do not depend on each other."""

from __future__ import annotations

from collections.abc import Awaitable

from bot.domain.answer import Answer, Question, could_not_check, not_allowed
from bot.domain.errors import AwsDenied, AwsError
from bot.service.run_action import aws_sentence


async def safely(question: Question, answer: Awaitable[Answer]) -> Answer:
    """The answer, or why AWS did not let us have it."""
    try:
        return await answer
    except AwsDenied as error:
        return not_allowed(question.id, error.operation)
    except AwsError as error:
        return could_not_check(question.id, aws_sentence(error))

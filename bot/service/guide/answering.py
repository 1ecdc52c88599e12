"""Asks questions that do not depend on each other side by side, so that one refusal costs one answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from bot.domain.answer import Answer, Question, could_not_check, not_allowed
from bot.domain.errors import AwsDenied, AwsError
from bot.service.aws_words import aws_sentence
from bot.service.guide.inquiry import Inquiry


async def safely(question: Question, answer: Awaitable[Answer]) -> Answer:
    """The answer, or why AWS did not let us have it."""
    try:
        return await answer
    except AwsDenied as error:
        return not_allowed(question.id, error.operation)
    except AwsError as error:
        return could_not_check(question.id, aws_sentence(error))


async def of_an_anchor(
    inquiry: Inquiry, asking: Mapping[Question, Callable[[Inquiry], Awaitable[Answer]]]
) -> AsyncIterator[Answer]:
    """The answers in their order, all asked at once; none can be given of a trust anchor that no report names."""
    if inquiry.case.target.anchor_arn is None:
        for question in asking:
            yield could_not_check(question.id, "No report names the trust anchor.")
        return
    tasks = [asyncio.ensure_future(safely(question, ask(inquiry))) for question, ask in asking.items()]
    try:
        for task in tasks:
            yield await task
    finally:
        for task in tasks:
            task.cancel()

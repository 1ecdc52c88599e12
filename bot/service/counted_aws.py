"""AWS that counts its calls, so that people see what a search took."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from bot.domain.action import ActionAws


class CountedAws:
    """AWS that counts its calls; implements :class:`bot.domain.action.ActionAws`.

    Args:
        aws: makes the calls.
        calls: counts them by IAM action.
    """

    def __init__(self, aws: ActionAws, calls: Counter[str]) -> None:
        self._aws = aws
        self._calls = calls

    async def call(self, service: str, operation: str, /, **parameters: object) -> Mapping[str, Any]:
        """See :meth:`bot.domain.action.ActionAws.call`."""
        self._calls[f"{service}:{operation}"] += 1
        return await self._aws.call(service, operation, **parameters)

    async def pages(self, service: str, operation: str, /, **parameters: object) -> AsyncIterator[Mapping[str, Any]]:
        """See :meth:`bot.domain.action.ActionAws.pages`."""
        async for page in self._aws.pages(service, operation, **parameters):
            self._calls[f"{service}:{operation}"] += 1
            yield page

    async def progress(self, sentence: str) -> None:
        """See :meth:`bot.domain.action.ActionAws.progress`."""
        await self._aws.progress(sentence)

    def now(self) -> datetime:
        """See :meth:`bot.domain.action.ActionAws.now`."""
        return self._aws.now()

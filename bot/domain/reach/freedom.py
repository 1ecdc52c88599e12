"""What the owner of a CA is free to choose, and what of a request is fixed."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from bot.domain.reach.attribute_mappings import DEFAULT_MAPPINGS, AttributeMappings
from bot.domain.reach.request_keys import (
    CN_TAG,
    SESSION_NAME,
    SOURCE_IDENTITY,
    TAG,
    TAG_KEYS,
    TIMES,
    Missing,
    Request,
    Values,
    fixed_values,
)

World = Mapping[str, Values]
"""The keys of a request that somebody chose, each with its values or why it has none."""

DOUBTFUL = "doubtful"
"""In a world, no key of a request: a mark that the service may not make such a request of any certificate."""

TIME = "time"
IDENTITY = "identity"


@dataclass(frozen=True)
class Freedom:
    """One trust anchor and what one profile lets through.

    ``accepts_session_name`` is whether the session's name is chosen freely; else it is the certificate's serial number.
    ``now`` is the earliest moment of a request; None where the time is not known.
    """

    anchor_arn: str
    mappings: AttributeMappings = DEFAULT_MAPPINGS
    accepts_session_name: bool = False
    now: datetime | None = None

    @cached_property
    def fixed(self) -> Mapping[str, tuple[str, ...]]:
        """The keys that nobody chooses, with their values."""
        return fixed_values(self.anchor_arn)

    def request(self, world: World) -> Request:
        """The request that has these values beside the fixed ones; every other key is unknown."""
        fixed = self.fixed

        def look_up(key: str) -> Values:
            return fixed.get(key) or world.get(key, Missing.UNKNOWN)

        return look_up

    def is_free(self, key: str) -> bool:
        """Whether the CA's owner chooses the key's value, or whether it is there."""
        if key.startswith(TAG):
            return self.mappings.passes_on(key.removeprefix(TAG)) is not None
        return key in (SOURCE_IDENTITY, SESSION_NAME, TAG_KEYS) or (key in TIMES and self.now is not None)

    def as_far_as(self, keys: frozenset[str]) -> Hashable:
        """What of the freedom matters to a policy that uses these keys: the same for two, the same verdict for both."""
        tags = tuple(self.mappings.passes_on(key.removeprefix(TAG)) for key in sorted(keys) if key.startswith(TAG))
        names_session = self.accepts_session_name if SESSION_NAME in keys else None
        return self.anchor_arn, self.now, tags, names_session, self.mappings if TAG_KEYS in keys else None

    def chosen_with(self, key: str, used: frozenset[str]) -> str:
        """What a free key is chosen with, among the keys that a policy uses: itself, unless one choice decides several.

        The source identity is made of the subject's common name or of the serial number, which names the session too.
        """
        if key in TIMES:
            return TIME
        by_serial = key == SESSION_NAME and not self.accepts_session_name
        if SOURCE_IDENTITY in used and (key in (SOURCE_IDENTITY, CN_TAG) or by_serial):
            return IDENTITY
        return key

"""Since when, and under which names, a trust anchor can have been used; and the certificates of its CA."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from bot.domain.case import Case
from bot.domain.errors import AwsError, AwsNotFound
from bot.domain.usage.leaves import certificate_blocks
from bot.service.guide.inquiry import Inquiry

# See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html
_HISTORY = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class AnchorSpan:
    """What searches for uses of a trust anchor go by.

    ``names`` are its ARN and its alias's. ``since`` is its creation, or 90 days ago when ``created_known`` is False or
    it is older. ``changed_at`` is when its CA was replaced in place, if that is what was reported: sessions before it
    came through another CA. ``ca_pems`` are the CA's certificates, empty for AWS Private CA. ``live`` is what AWS shows
    of it now: ``enabled``, ``disabled``, ``gone`` or, where it can't be read, ``unknown``.
    """

    names: frozenset[str]
    since: datetime
    created_known: bool
    changed_at: datetime | None
    ca_pems: tuple[str, ...]
    live: str = "unknown"

    @property
    def not_checked(self) -> tuple[str, ...]:
        """What a search from ``since`` does not cover."""
        if self.created_known:
            return ()
        return (f"Uses before {self.since:%Y-%m-%d %H:%M:%S} UTC: the event history ends there.",)


async def anchor_span(inquiry: Inquiry) -> AnchorSpan:
    """Read it once in a round; what AWS does not show is taken from the reports."""

    async def read() -> AnchorSpan:
        detail: Mapping[str, Any] = {}
        try:
            detail = await inquiry.trust_anchor()
            live = "enabled" if detail.get("enabled") else "disabled"
        except AwsNotFound:
            live = "gone"
        except AwsError:
            live = "unknown"
        return replace(span_of(inquiry.case, detail, inquiry.now), live=live)

    return cast("AnchorSpan", await inquiry.once(("anchor_span", inquiry.case.target), read))


def span_of(case: Case, detail: Mapping[str, Any], now: datetime) -> AnchorSpan:
    """What the reports and GetTrustAnchor's ``detail`` (empty: not readable) say."""
    created, oldest = _created(case, detail), (now - _HISTORY).replace(microsecond=0)
    arn = case.target.anchor_arn or ""
    live = (detail.get("source") or {}).get("sourceData") or {}
    reported = next(
        (one.anchor.certificates_pem for one in reversed(case.detections) if one.anchor.certificates_pem), ()
    )
    updates = [one.happened_at for one in case.detections if one.event_name == "UpdateTrustAnchor"]
    return AnchorSpan(
        names=frozenset({arn, str(detail.get("aliasArn") or arn)}),
        since=min(now, max(oldest, created or oldest)),
        created_known=created is not None and created >= oldest,
        changed_at=max(updates, default=None),
        ca_pems=reported or certificate_blocks(str(live.get("x509CertificateData") or "")),
    )


def _created(case: Case, detail: Mapping[str, Any]) -> datetime | None:
    """To the second, because events have no finer times."""
    times = [one.happened_at for one in case.detections if one.event_name == "CreateTrustAnchor" and not one.error_code]
    if isinstance(detail.get("createdAt"), datetime):
        times.append(detail["createdAt"])
    return min((one.astimezone(UTC).replace(microsecond=0) for one in times), default=None)

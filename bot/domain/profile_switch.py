"""Profiles as actions switch them: what they are now, the calls, and whether all of them are as they should be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from bot.domain.action_aws import ActionAws
from bot.domain.anchor_state import to_the_second
from bot.domain.change_each import Changed, change_each
from bot.domain.errors import AwsError
from bot.domain.evidence import KnownProfile
from bot.domain.plain import to_plain

_LIST = "rolesanywhere:ListProfiles"


def profile_id(arn: str) -> str:
    """The id at the end of a profile's ARN."""
    return arn.rpartition("/")[2]


async def read_profiles(anchor_arn: str, aws: ActionAws) -> dict[str, Mapping[str, Any]]:
    """Every profile of the trust anchor's account and Region, by ARN.

    Raises:
        AwsError: they can't be read, or AWS answered for another account or Region.
    """
    base = anchor_arn.partition(":trust-anchor/")[0]
    found: dict[str, Mapping[str, Any]] = {}
    async for page in aws.pages("rolesanywhere", "ListProfiles"):
        found |= {str(one.get("profileArn")): one for one in page.get("profiles", ())}
    if not all(arn.startswith(f"{base}:profile/") for arn in found):
        raise AwsError("WrongTarget", "AWS answered for another account or Region", _LIST)
    return found


def profile_state(
    wanted: Sequence[KnownProfile], found: Mapping[str, Mapping[str, Any]] | None
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Name, switch and last change of each profile, and the names of what is not known of them.

    ``found`` None means that AWS was not asked, and only the names are known. One that is gone has no state.
    """
    if found is None:
        unknown = tuple(f"{_called(one)} {what}" for one in wanted for what in ("enabled", "changed at"))
        return {_called(one): one.name for one in wanted}, unknown
    return {what: text for one in wanted if one.arn in found for what, text in _live(one, found[one.arn])}, ()


def _live(one: KnownProfile, detail: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    changed_at = detail.get("updatedAt")
    yield _called(one), str(detail.get("name", ""))
    yield f"{_called(one)} enabled", "yes" if detail.get("enabled") else "no"
    if isinstance(changed_at, datetime):
        yield f"{_called(one)} changed at", to_the_second(changed_at)


def _called(one: KnownProfile) -> str:
    return f"profile {profile_id(one.arn)}"


def profile_capsule(wanted: Sequence[KnownProfile], found: Mapping[str, Mapping[str, Any]] | None) -> dict[str, Any]:
    """What AWS says of these profiles, as JSON values."""
    return {"profiles": [dict(to_plain(found[one.arn])) for one in wanted if found and one.arn in found]}


def were_enabled(capsules: Sequence[Mapping[str, Any]]) -> tuple[KnownProfile, ...]:
    """The profiles that at least one of these capsules shows as enabled."""
    seen = {
        str(one["profileArn"]): KnownProfile(str(one["profileArn"]), str(one.get("name", "")))
        for capsule in capsules
        for one in capsule.get("profiles", ())
        if one.get("enabled")
    }
    return tuple(seen.values())


async def switch_profiles(operation: str, wanted: Sequence[KnownProfile], aws: ActionAws) -> Changed:
    """Call ``EnableProfile`` or ``DisableProfile`` for each; one that fails does not stop the others.

    Raises:
        AwsUnclear: at least one call got no answer; the others were made.
        AwsError: no call worked; this is why the first did not.
    """

    async def switch(one: KnownProfile) -> None:
        await aws.call("rolesanywhere", operation, profileId=profile_id(one.arn))

    return await change_each("profiles", [(one.name or profile_id(one.arn), partial(switch, one)) for one in wanted])


def judged(
    wanted: Sequence[KnownProfile], found: Mapping[str, Mapping[str, Any]], *, enabled: bool
) -> tuple[bool | None, str]:
    """Whether all are as wanted, and a sentence that names those that are not; gone counts as disabled.

    Where no profile is seen, these may be the credentials of another account, and nothing is known.
    """
    if not found:
        return None, "AWS shows no profile at all: they are gone, or these are credentials of another account."
    word = "enabled" if enabled else "disabled"
    bad = [one.name for one in wanted if _is_enabled(one, found) is not enabled]
    if not bad:
        return True, f"AWS shows {'the profile' if len(wanted) == 1 else f'all {len(wanted)} profiles'} as {word}."
    good = len(wanted) - len(bad)
    return False, f"AWS shows {good} of {len(wanted)} profiles as {word}. Not {word}: {', '.join(bad)[:500]}."


def _is_enabled(one: KnownProfile, found: Mapping[str, Mapping[str, Any]]) -> bool:
    return one.arn in found and bool(found[one.arn].get("enabled"))

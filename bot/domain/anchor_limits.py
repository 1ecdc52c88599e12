"""What the organization has written about trust anchors, held against one: each limit passed, broken, or not known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, datetime

from bot.domain.ca_facts import Certificate
from bot.domain.house import Limits


@dataclass(frozen=True, slots=True)
class LimitCheck:
    """One limit: ``passed`` is None where it could not be checked; ``sentence`` says what was found."""

    limit: str
    passed: bool | None
    sentence: str


def checked_limits(
    limits: Limits, account: str, region: str, certificates: Sequence[Certificate]
) -> tuple[LimitCheck, ...]:
    """Every limit that is written, in the order of the file; an empty ``account`` or ``region`` is not known."""
    return tuple(_checks(limits, account, region, certificates))


def _checks(limits: Limits, account: str, region: str, certificates: Sequence[Certificate]) -> Iterator[LimitCheck]:
    if limits.accounts:
        yield _place("account", account, limits.accounts)
    if limits.regions:
        yield _place("Region", region, limits.regions)
    if limits.least_rsa_bits is not None:
        yield _rsa_bits(limits.least_rsa_bits, certificates)
    if limits.longest_years is not None:
        yield _years(limits.longest_years, certificates)


def _place(what: str, here: str, allowed: Sequence[str]) -> LimitCheck:
    if not here:
        return LimitCheck(what, None, f"The {what} is not known.")
    passed = here in allowed
    word = "is allowed" if passed else "is not among the allowed ones"
    return LimitCheck(what, passed, f"The {what} {here} {word}.")


def _rsa_bits(least: int, certificates: Sequence[Certificate]) -> LimitCheck:
    if not certificates:
        return LimitCheck("RSA bits", None, "No certificate is known whose key could be measured.")
    sizes = [one.key_bits for one in certificates if one.key_type == "RSA"]
    if not sizes:
        return LimitCheck("RSA bits", passed=True, sentence="No key is of RSA.")
    known = [size for size in sizes if size is not None]
    if len(known) < len(sizes):
        return LimitCheck("RSA bits", None, "The size of an RSA key can't be read.")
    return LimitCheck(
        "RSA bits", min(known) >= least, f"The smallest RSA key has {min(known)} bits; {least} are needed."
    )


def _years(longest: int, certificates: Sequence[Certificate]) -> LimitCheck:
    if not certificates:
        return LimitCheck("years", None, "No certificate is known whose life could be measured.")
    too_long = [one for one in certificates if one.not_after > _years_after(one.not_before, longest)]
    days = max((one.not_after - one.not_before).days for one in certificates)
    return LimitCheck("years", not too_long, f"The longest life is {days} days; {longest} years are allowed.")


def _years_after(moment: datetime, years: int) -> datetime:
    year = moment.year + years
    if year > MAXYEAR:
        return datetime.max.replace(tzinfo=UTC)
    try:
        return moment.replace(year=year)
    except ValueError:
        # The 29th of February has no anniversary in most years.
        return moment.replace(year=year, month=3, day=1)

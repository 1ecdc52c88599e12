"""Approving a CA in Slack: what people write, what is wrong with it, and the approval that comes of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain.action_form import ActionForm, Entered, FieldKind, FormField
from bot.domain.errors import AwsError
from bot.domain.identity import ACCOUNT_ID, Target
from bot.domain.plain import canonical, to_plain

LONGEST = timedelta(days=366)
"""A year: by then somebody must say again that the CA is still in use, as with the certificates that it issues."""

_USUAL = timedelta(days=90)
_MOST_ACCOUNTS = 20
_MOST_REGIONS = 10
_REGION = re.compile(r"[a-z]{2}(-[a-z]+){1,3}-[0-9]{1,2}")
_SEPARATORS = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class CaApproval:
    """What is approved: every key of a CA, for accounts and Regions (empty: all), up to and with ``ends`` (ISO)."""

    name: str
    keys: tuple[str, ...]
    owner: str
    accounts: tuple[str, ...]
    regions: tuple[str, ...]
    ends: str
    ticket: str = ""

    @property
    def entry_id(self) -> str:
        """Twelve hex digits that follow from everything else."""
        return hashlib.sha256(canonical(self).encode()).hexdigest()[:12]

    def plain(self) -> dict[str, object]:
        """The parameters with which it is put into the inventory."""
        return {"entry_id": self.entry_id, **to_plain(self)}


def approval_fields(target: Target, now: datetime) -> tuple[FormField, ...]:
    """The form: this account and Region to begin with, and three months."""
    today = now.date()
    return (
        FormField("owner", "Who answers for this CA?", hint="A team or a person, whoever can say if it was stolen."),
        FormField("accounts", "In which accounts?", hint="Twelve digits each; commas between.", initial=target.account),
        FormField("regions", "In which Regions?", hint="Commas between them.", initial=target.region, most=500),
        FormField(
            "ends",
            "Until which day?",
            FieldKind.DATE,
            hint=f"At most a year, {today + LONGEST}. A week before, the channel for notices is told.",
            initial=(today + _USUAL).isoformat(),
        ),
        FormField("ticket", "Ticket", hint="Where it was agreed.", required=False),
    )


def approval_mistakes(target: Target, entered: Entered, now: datetime) -> Mapping[str, str]:
    """What is wrong, by the field."""
    del target
    return dict(_mistakes(entered, now.date()))


APPROVAL_FORM = ActionForm(approval_fields, approval_mistakes)
"""The form of Add CA to Inventory."""


def approval_of_form(target: Target, now: datetime) -> CaApproval:
    """The approval that was written into the form.

    Raises:
        AwsError: nothing was written, it is wrong, or no key of the CA is known.
    """
    known, entered = target.known, target.known.entered
    wrong = tuple(_mistakes(entered, now.date())) if entered else (("", "Nothing was entered."),)
    if wrong or not known.ca_keys:
        why = wrong[0][1] if wrong else "no report shows a certificate of this CA"
        raise AwsError("NothingToApprove", why, "anchorwatch:ApproveCa")
    return CaApproval(
        name=known.ca_name,
        keys=known.ca_keys,
        owner=entered["owner"].strip(),
        accounts=_listed(entered["accounts"]),
        regions=_listed(entered["regions"]),
        ends=entered["ends"],
        ticket=entered.get("ticket", "").strip(),
    )


def _mistakes(entered: Entered, today: date) -> Iterator[tuple[str, str]]:
    if not entered.get("owner", "").strip():
        yield "owner", "Say who answers for this CA."
    accounts, regions = _listed(entered.get("accounts", "")), _listed(entered.get("regions", ""))
    if not accounts or len(accounts) > _MOST_ACCOUNTS or not all(map(ACCOUNT_ID.fullmatch, accounts)):
        yield "accounts", f"Write 1 to {_MOST_ACCOUNTS} account ids of twelve digits, with commas between them."
    if not regions or len(regions) > _MOST_REGIONS or not all(map(_REGION.fullmatch, regions)):
        yield "regions", f"Write 1 to {_MOST_REGIONS} Regions such as eu-west-1, with commas between them."
    ends = _day(entered.get("ends", ""))
    if ends is None or not today <= ends <= today + LONGEST:
        yield "ends", f"Choose a day from today to {today + LONGEST}."


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in _SEPARATORS.split(text.strip()) if one))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

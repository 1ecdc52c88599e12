"""What presses are decided with, whether they come from a button or from a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.approval import ApprovalPolicy
from bot.domain.case import Request
from bot.domain.code_check import Codes
from bot.domain.incident import IncidentProtocol
from bot.domain.ladder import Askable
from bot.ports import Clock, Directory
from bot.service.case_book import CaseBook
from bot.service.own_store import OwnStore
from bot.service.press import Pressing
from bot.service.signed_yes import Surface
from bot.slack.modals import Modals
from bot.slack.slack_files import SlackFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The parts that every control shares.

    Attributes:
        book: the cases.
        pressing: decides presses against the log.
        actions: the response actions and ladders by id.
        policy: who may do what.
        directory: people.
        clock: the time.
        modals: opens forms.
        surface: what cards show of plans.
        codes: checks one-time codes.
        store: our own inventory, which plans may read; None where there is none.
        owners_group: the user group that is asked whether a CA is theirs; None when nobody is.
        files: reads files that were put into forms; None where the app may not read them.
        ticket_pattern: how the house's change tickets look; None when nobody has said so.
        incident: what the house wants done when somebody starts an incident.
    """

    book: CaseBook
    pressing: Pressing
    actions: Mapping[str, Askable]
    policy: ApprovalPolicy
    directory: Directory
    clock: Clock
    modals: Modals
    surface: Surface
    codes: Codes
    store: OwnStore | None = None
    owners_group: str | None = None
    files: SlackFiles | None = None
    ticket_pattern: str | None = None
    incident: IncidentProtocol = IncidentProtocol()

    def title(self, request: Request) -> str:
        """What people call the action of a request; its id where it is not installed any more."""
        action = self.actions.get(request.action_id)
        return action.title if action else request.action_id

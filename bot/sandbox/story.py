"""The whole story without a browser: each step counts only when it was seen in Slack's look-alike and in AWS's."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.sandbox.aws.attack import Attack
from bot.sandbox.hands import Hands, NotSeen, case_of, controls_of, texts, until
from bot.sandbox.slack import seed as people
from bot.sandbox.slack.records import Delivery
from bot.sandbox.world import World

_REASON = "Nobody on the platform team knows this CA."
_OWN_APPROVAL_WINDOW_SECONDS = 1.5
_GUIDE = re.compile(r"The guide, answered\* in (.+) and [0-9]+ AWS calls?")
_COUNTED = re.compile(r"\*Guide:\* ([^.]+)\.")


@dataclass(slots=True)
class Story:
    """Plays the story and prints a line for each step.

    Attributes:
        world: a world whose bot is ready.
        show: prints a line.
        timings: seconds by what was measured.
    """

    world: World
    show: Callable[[str], None] = print
    timings: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)
    acks_ms: list[float] = field(default_factory=list)

    async def play(self) -> bool:
        """Play it; True when each step was seen to happen."""
        try:
            await self._play()
        except NotSeen as missing:
            self._line("NOT SEEN", str(missing))
            self.show(self.world.bot_log())
            return False
        self._print_timings()
        return True

    def _line(self, who: str, what: str) -> None:
        self.show(f"{time.monotonic() - self.started:7.2f} s  {who:<11} {_with_names(what)}")

    async def _play(self) -> None:
        attack = await self._attack()
        case_id = await self._alert(attack)
        await self._acknowledge(case_id)
        await self._reads(case_id, attack)
        await self._guide(case_id)
        await self._outsider(case_id, attack)
        await self._disable(case_id, attack)
        await self._ask_to_delete(case_id, attack)
        await self._approve_own(case_id, attack)
        await self._first_yes(case_id, attack)
        await self._second_yes(case_id, attack)
        await self._audit(case_id)

    async def _attack(self) -> Attack:
        role = self.world.account.open_role
        attack = await self.world.attack(role_arn=role, sessions=1)
        self._line("attacker", f"made a CA and the trust anchor {attack.trust_anchor_id}, and used it once")
        return attack

    async def _alert(self, attack: Attack) -> str:
        ava = Hands(self.world.slack, people.AVA)
        sent_at = time.monotonic()
        await self.world.deliver(attack)
        self._line("AWS", "the event is in the queue")
        card = await until("a card in Slack", lambda: next(iter(ava.cards()), None))
        self.timings["detection to card"] = time.monotonic() - sent_at
        content = texts(card.blocks)
        for what in (attack.actor_arn, attack.trust_anchor_id, attack.account_id, "Self-signed  yes"):
            _must(what in content, f"“{what}” on the card")
        self._line("Anchorwatch", f"card {case_of(card)} stands in Slack, with the actor and the CA")
        return case_of(card)

    async def _acknowledge(self, case_id: str) -> None:
        await self._press(people.AVA, case_id, "acknowledge")
        await self._says(case_id, "Acknowledged")
        self._line("Ava", "acknowledged: the card says so")

    async def _reads(self, case_id: str, attack: Attack) -> None:
        ava = Hands(self.world.slack, people.AVA)
        await self._press(people.AVA, case_id, "list_linked_profiles")
        await until("the profiles in the thread", lambda: _name(self.world.account.open_role) in ava.thread(case_id))
        self._line("Ava", "listed linked profiles: the open role is named in the thread")
        # CloudTrail is late: a search before the record is delivered rightly finds nothing.
        await asyncio.sleep(self.world.delivery_delay.total_seconds())
        await self._press(people.AVA, case_id, "find_certificate_usage")
        session_of = _name(str(attack.sessions[0]["record"]["responseElements"]["credentialSet"][0]["roleArn"]))
        title = "Find AssumeRoleWithCertificate Usage"
        # The thread says first how far the search is.
        await until(
            "the session in the thread", lambda: session_of in ava.thread(case_id).partition(title)[2] or None, 60
        )
        self._line("Ava", "found certificate usage: the attacker's session is in the thread")

    async def _guide(self, case_id: str) -> None:
        ava = Hands(self.world.slack, people.AVA)
        told = await until("the guide's answers in the thread", lambda: _GUIDE.search(ava.thread(case_id)), 120)
        await self._press(people.BEN, case_id, "guide")
        (page,) = self.world.slack.workspace.stack(people.BEN)
        counted = _COUNTED.search(texts(page.content["blocks"]))
        _must(counted is not None, "the guide's state in the modal")
        answered = counted[1] if counted else ""
        self._line("Anchorwatch", f"asked the guide's questions in {told[1]}: {answered}; Ben reads them behind Guide")

    async def _outsider(self, case_id: str, attack: Attack) -> None:
        dmitri = Hands(self.world.slack, people.DMITRI)
        await self._press(people.DMITRI, case_id, "disable_trust_anchor")
        note = await until("a private no", lambda: next(iter(dmitri.private_notes()[-1:]), None))
        _must("may" in note and self._enabled(attack), "that nothing happened")
        self._line("Dmitri", f"is no responder and was told in private: “{note}”")

    async def _disable(self, case_id: str, attack: Attack) -> None:
        await self._press(people.AVA, case_id, "disable_trust_anchor")
        pressed = time.time()
        await Hands(self.world.slack, people.AVA).fill_in(_REASON)
        await until("the trust anchor disabled in AWS", lambda: not self._enabled(attack))
        await self._says(case_id, "Contained")
        self.timings["click to disabled in AWS"] = self._effect_at("DisableTrustAnchor") - pressed
        self._line("Ava", "disabled the trust anchor alone: it can be undone, AWS shows it disabled")

    async def _ask_to_delete(self, case_id: str, attack: Attack) -> None:
        await self._press(people.CARLA, case_id, "delete_trust_anchor")
        await Hands(self.world.slack, people.CARLA).fill_in(_REASON)
        await self._says(case_id, "Approval pending")
        _must(not self._effects("DeleteTrustAnchor"), "that nothing was deleted yet")
        _must(attack.trust_anchor_arn in self._arns(), "that the trust anchor is still there")
        await until(
            "a button to approve, once AWS was read again", lambda: self._has(case_id, "approve_request") or None
        )
        self._line("Carla", "asked to delete it: the card shows the plan and waits for somebody else")

    async def _approve_own(self, case_id: str, attack: Attack) -> None:
        carla = Hands(self.world.slack, people.CARLA)
        await self._press(people.CARLA, case_id, "approve_request")
        note = await until("a private no", lambda: next(iter(carla.private_notes()[-1:]), None))
        await asyncio.sleep(_OWN_APPROVAL_WINDOW_SECONDS)
        _must(attack.trust_anchor_arn in self._arns(), "that nothing was deleted")
        self._line("Carla", f"may not approve her own request: “{note}”")

    async def _first_yes(self, case_id: str, attack: Attack) -> None:
        await self._press(people.BEN, case_id, "approve_request")
        await self._says(case_id, f"So far: <@{people.BEN}>")
        await asyncio.sleep(_OWN_APPROVAL_WINDOW_SECONDS)
        _must(attack.trust_anchor_arn in self._arns(), "that nothing was deleted by one yes")
        self._line("Ben", "approved: the rule for production needs a second yes, from the PKI team")

    async def _second_yes(self, case_id: str, attack: Attack) -> None:
        pressed = time.time()
        delivery = await self._press(people.DMITRI, case_id, "approve_request")
        await until("the trust anchor gone from AWS", lambda: attack.trust_anchor_arn not in self._arns())
        await self._says(case_id, "Contained")
        _must(len(self._effects("DeleteTrustAnchor")) == 1, "exactly one deletion in AWS")
        self.timings["click to ack"] = (delivery.elapsed_ms or 0.0) / 1000
        self.timings["approving click to deleted in AWS"] = self._effect_at("DeleteTrustAnchor") - pressed
        self._line("Dmitri", "of the PKI team approved: deleted in AWS, once, and read back")

    async def _audit(self, case_id: str) -> None:
        code, export = await self._command("audit", "export", case_id)
        entries = [json.loads(line) for line in export.splitlines()]
        _must(code == 0 and bool(entries), "the audit export")
        by_kind = {entry["kind"]: entry for entry in entries}
        approvers = [entry["by"] for entry in entries if entry["kind"] == "approval:given"]
        _must(approvers == [f"slack:{people.BEN}", f"slack:{people.DMITRI}"], "who approved, in the audit log")
        _must(by_kind["action:requested"]["by"] == f"slack:{people.CARLA}", "who asked, in the audit log")
        _must(by_kind["action:requested"]["data"]["reason"] == _REASON, "why, in the audit log")
        code, said = await self._command("audit", "verify")
        _must(code == 0, f"a chain that holds ({said})")
        self._line("audit", f"{len(entries)} entries name who, when and why. {said.strip()}")

    async def _press(self, user_id: str, case_id: str, control: str) -> Delivery:
        delivery = await Hands(self.world.slack, user_id).press(case_id, control)
        _must(delivery.state == "acked", f"an answer to {control} within three seconds ({delivery.status})")
        self.acks_ms.append(delivery.elapsed_ms or 0.0)
        return delivery

    def _has(self, case_id: str, control: str) -> bool:
        card = Hands(self.world.slack, people.AVA).card(case_id)
        return any(element.get("action_id") == control for _, element in controls_of(card))

    async def _says(self, case_id: str, words: str) -> None:
        hands = Hands(self.world.slack, people.AVA)
        await until(f"“{words}” on the card", lambda: words in texts(hands.card(case_id).blocks))

    def _effects(self, operation: str) -> list[dict[str, Any]]:
        return self.world.control.effects("rolesanywhere", operation)

    def _effect_at(self, operation: str) -> float:
        return datetime.fromisoformat(self._effects(operation)[-1]["at"]).timestamp()

    def _arns(self) -> set[str]:
        return set(self.world.trust_anchors())

    def _enabled(self, attack: Attack) -> bool:
        return self.world.trust_anchors().get(attack.trust_anchor_arn, False)

    async def _command(self, *words: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot.cli",
            *words,
            env=self.world.environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed, _ = await process.communicate()
        return process.returncode or 0, printed.decode()

    def _print_timings(self) -> None:
        self.timings["slowest ack of the story"] = max(self.acks_ms) / 1000
        self.show("")
        for what, seconds in self.timings.items():
            self.show(f"{what:<36} {seconds * 1000:9.1f} ms")


def _must(seen: bool, what: str) -> None:  # noqa: FBT001 - Reads as a sentence where it is used.
    if not seen:
        raise NotSeen(what)


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]


def _with_names(text: str) -> str:
    """A text with its mentions as Slack shows them."""
    for group in people.GROUPS:
        text = text.replace(f"<!subteam^{group.group_id}>", f"@{group.handle}")
    return text

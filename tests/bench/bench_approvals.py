"""P13: from the approving click to the AWS calls, seen from the AWS stand-in's journal.

Each approval is prepared as people would do it: one person asks for the deletion and gives a reason, others
approve, and only the click that sets the deletion going is timed.
"""

import asyncio
import json
import time
from dataclasses import dataclass

import aiohttp
from bench_clicks import (
    APPROVERS,
    REQUESTER,
    Control,
    ControlNotFoundError,
    Json,
    SignedRequest,
    find_control,
    press,
    submit,
)
from bench_detections import Anchor, in_accounts_of_their_own, new_anchors
from bench_load import Answer, open_loop, percentile
from bench_measures import Measures, Session, settle
from bench_programs import ProgramFailedError
from bench_standins_client import SIGNING_SECRET

POLL_SECONDS = 0.02
STEP_SECONDS = 10.0
PROBE_SECONDS = 3.0
PREPARED_AT_ONCE = 4
WARM_UP_APPROVALS = 5


@dataclass(frozen=True, slots=True)
class Approach:
    """How this program lets people approve: how many of them, and whether the click opens a modal."""

    approvals_needed: int
    opens_modal: bool


@dataclass(frozen=True, slots=True)
class People:
    """The people of the workspace, acting on one program."""

    session: Session
    http: aiohttp.ClientSession

    async def send(self, request: SignedRequest) -> None:
        """Send a click or a submission and require that it was taken.

        Raises:
            ProgramFailedError: The answer isn't 200, or shows errors in the modal.
        """
        async with self.http.post(self.session.url, data=request.body, headers=request.headers) as response:
            answer = await response.text()
        if response.status != 200 or '"errors"' in answer:
            raise ProgramFailedError(f"a click was refused: {response.status} {answer[:300]}")

    async def control(self, key: str, wanted: str) -> Control:
        """Wait for the case to show a control and return it.

        Raises:
            ProgramFailedError: It didn't show in time.
        """
        deadline = time.monotonic() + STEP_SECONDS
        while True:
            messages = (await self.session.standins.get("cards", key=key))[key]
            try:
                return find_control(messages, wanted)
            except ControlNotFoundError as error:
                if time.monotonic() > deadline:
                    raise ProgramFailedError(f"case {key} never showed {wanted}") from error
            await asyncio.sleep(POLL_SECONDS)

    async def modal(self, trigger_id: str, timeout_seconds: float) -> Json | None:
        """Return the view that a click opened, None when it opened none in time."""
        deadline = time.monotonic() + timeout_seconds
        while time.monotonic() < deadline:
            view: Json | None = await self.session.standins.get("view", trigger_id=trigger_id)
            if view is not None:
                return view
            await asyncio.sleep(POLL_SECONDS)
        return None

    async def press_and_submit(self, control: Control, user_id: str, modal_seconds: float) -> bool:
        """Press, fill in the modal if one opens within `modal_seconds`, and tell whether one did."""
        click = press(control, user_id, SIGNING_SECRET)
        await self.send(click)
        view = await self.modal(click.trigger_id, modal_seconds)
        if view is not None:
            await self.send(submit(view, user_id, SIGNING_SECRET))
        return view is not None

    async def request_deletion(self, key: str) -> None:
        """Ask for the deletion of the case's anchor."""
        control = await self.control(key, "delete_trust_anchor")
        await self.press_and_submit(control, REQUESTER, PROBE_SECONDS)

    async def is_deleted(self, anchor: Anchor) -> bool:
        """Wait a little for the deletion of this anchor and tell whether it came."""
        deadline = time.monotonic() + PROBE_SECONDS
        while time.monotonic() < deadline:
            calls = (await self.session.standins.get("calls"))["aws"]
            if any(c["operation"] == "DeleteTrustAnchor" and c["anchor_id"] == anchor.anchor_id for c in calls):
                return True
            await asyncio.sleep(POLL_SECONDS)
        return False

    async def probe(self, key: str, anchor: Anchor) -> Approach:
        """Take one case to its deletion and learn what that needs.

        Raises:
            ProgramFailedError: All approvers approved and nothing was deleted.
        """
        await self.request_deletion(key)
        for count, approver in enumerate(APPROVERS, start=1):
            control = await self.control(key, "approve_request")
            opened = await self.press_and_submit(control, approver, PROBE_SECONDS / 3)
            if await self.is_deleted(anchor):
                return Approach(count, opened)
        raise ProgramFailedError(f"case {key} was approved and its anchor never deleted")

    async def prepare(self, key: str, approach: Approach) -> SignedRequest:
        """Bring a case to its last approval and return the click (or the submission) that gives it."""
        await self.request_deletion(key)
        modal_seconds = PROBE_SECONDS if approach.opens_modal else 0.0
        control = await self.control(key, "approve_request")
        for approver in APPROVERS[: approach.approvals_needed - 1]:
            await self.press_and_submit(control, approver, modal_seconds)
            control = await self.changed(key, control)
        last = APPROVERS[approach.approvals_needed - 1]
        click = press(control, last, SIGNING_SECRET)
        if not approach.opens_modal:
            return click
        await self.send(click)
        view = await self.modal(click.trigger_id, PROBE_SECONDS)
        if view is None:
            raise ProgramFailedError(f"case {key}: the approval opened no modal this time")
        return submit(view, last, SIGNING_SECRET)

    async def changed(self, key: str, seen: Control) -> Control:
        """Wait until the control's message is newer than the one seen, and return the control again."""
        deadline = time.monotonic() + STEP_SECONDS
        while time.monotonic() < deadline:
            control = await self.control(key, "approve_request")
            if control.message["changed_at"] > seen.message["changed_at"]:
                return control
            await asyncio.sleep(POLL_SECONDS)
        raise ProgramFailedError(f"case {key}: the card didn't change after an approval")


async def approve_deletions(session: Session) -> Measures:
    """P13 for the product: prepare all cases, then give the last approvals at their scheduled times."""
    anchors = in_accounts_of_their_own(new_anchors(1 + WARM_UP_APPROVALS + session.sizes.approvals, "approval"))
    cases = await report_cases(session, anchors)
    async with aiohttp.ClientSession() as http:
        people = People(session, http)
        (probe_key, probe_anchor), *others = cases.items()
        approach = await people.probe(probe_key, probe_anchor)
        turn = asyncio.Semaphore(PREPARED_AT_ONCE)

        async def prepare(key: str) -> SignedRequest:
            async with turn:
                return await people.prepare(key, approach)

        requests = await asyncio.gather(*(prepare(key) for key, _ in others))
    await settle(session)
    return await time_deletions(session, requests, [anchor for _, anchor in others])


async def report_cases(session: Session, anchors: list[Anchor]) -> dict[str, Anchor]:
    """Report the anchors, wait for their cards, and return the anchors by case key."""
    before = set(await session.standins.get("cards"))
    await session.standins.fill(session.queue, anchors)
    await session.standins.wait(
        session.program,
        session.queue,
        lambda progress: progress["posted"] >= len(before) + len(anchors),
        session.sizes.drain_timeout_seconds,
    )
    await settle(session)
    cards = await session.standins.get("cards")
    return {key: anchor_of(messages, anchors) for key, messages in cards.items() if key not in before}


def anchor_of(messages: list[Json], anchors: list[Anchor]) -> Anchor:
    """Return the anchor that a card is about, by the id (else the name) that it shows.

    Raises:
        ProgramFailedError: The card shows neither.
    """
    text = json.dumps([[message["text"], message["blocks"]] for message in messages])
    for anchor in anchors:
        if anchor.anchor_id in text or anchor.name in text:
            return anchor
    raise ProgramFailedError(f"a card shows no anchor's id or name: {text[:300]}")


async def delete_directly(session: Session, card: list[Json]) -> Measures:
    """P13 for the bare handler: the same kind of click, whose button's value is the anchor's id."""
    anchors = new_anchors(WARM_UP_APPROVALS + session.sizes.approvals, "direct")
    await session.standins.fill(session.queue, anchors)
    action = {
        "type": "button",
        "action_id": "approve_request",
        "block_id": card[0]["blocks"][0]["block_id"],
        "text": {"type": "plain_text", "text": "Approve"},
    }
    control = Control(card[0], action)
    requests = [press(control, APPROVERS[0], SIGNING_SECRET, value=anchor.anchor_id) for anchor in anchors]
    return await time_deletions(session, requests, anchors)


async def time_deletions(session: Session, requests: list[SignedRequest], anchors: list[Anchor]) -> Measures:
    """Send the requests evenly spaced and time the first AWS call and the deletion of each after the warm-up."""
    arrivals = [index / session.sizes.approvals_per_second for index in range(len(requests))]
    answers = await open_loop(session.url, requests, arrivals)
    session.faults["approvals not answered 200"] += sum(a.status != 200 for a in answers)
    await asyncio.sleep(PROBE_SECONDS)
    calls = (await session.standins.get("calls"))["aws"]
    first_ms, delete_ms, previous_deleted_at = [], [], 0.0
    for answer, anchor in zip(answers, anchors, strict=True):
        times = call_times(answer, anchor, calls)
        if times is None:
            session.faults["approvals that deleted nothing"] += 1
            continue
        session.faults["approvals that overlap"] += previous_deleted_at > answer.scheduled_at
        previous_deleted_at = times[1]
        first_ms.append((times[0] - answer.scheduled_at) * 1000)
        delete_ms.append((times[1] - answer.scheduled_at) * 1000)
    late_ms = [(answer.sent_at - answer.scheduled_at) * 1000 for answer in answers]
    first_ms, delete_ms = first_ms[WARM_UP_APPROVALS:], delete_ms[WARM_UP_APPROVALS:]
    if not delete_ms:
        raise ProgramFailedError("no approval led to a deletion")
    return {
        "first_call_p50_ms": percentile(first_ms, 0.50),
        "first_call_p99_ms": percentile(first_ms, 0.99),
        "delete_p50_ms": percentile(delete_ms, 0.50),
        "delete_p99_ms": percentile(delete_ms, 0.99),
        "approver_late_p99_ms": percentile(late_ms[WARM_UP_APPROVALS:], 0.99),
    }


def call_times(answer: Answer, anchor: Anchor, calls: list[Json]) -> tuple[float, float] | None:
    """Return the times of the first call and of the deletion after the click, None without a deletion.

    A call that names no anchor (STS, a list) belongs to this click, too; clicks are spaced so that it can.
    """
    own = [c for c in calls if c["at"] >= answer.scheduled_at and c["anchor_id"] in {None, anchor.anchor_id}]
    deletions = [c["at"] for c in own if c["operation"] == "DeleteTrustAnchor"]
    return (min(c["at"] for c in own), deletions[0]) if deletions else None

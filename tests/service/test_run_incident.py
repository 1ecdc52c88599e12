"""Starting an incident: who may, each step once, what fails is said, and a restart at any point goes on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.approval import Decision, Reason
from bot.domain.effects import EffectKind, effects
from bot.domain.errors import PageError, PageUnclear, SlackError, SlackRateLimited, SlackUnclear
from bot.domain.incident import ChannelKind, Incident, IncidentProtocol, IncidentStep
from bot.domain.people import Person
from bot.service.audit_verify import verify_file
from bot.service.run_incident import INCIDENT_EVENT_TYPE, RunIncident
from bot.service.start_incident import may_start_incident, start_incident
from bot.slack.incident_words import IncidentMessages, incident_lines
from tests.fakes.desk import Desk
from tests.fakes.incident_slack import Responders

PROTOCOL = IncidentProtocol(ChannelKind.PRIVATE, "inc", ("S0ONCALL1", "U2"), pages=True)
KINDS = (EffectKind.TAKE_INCIDENT_STEP, EffectKind.POST_BRIEF)


async def start(
    desk: Desk, user_id: str = "U1", reason: str = "It is real.", protocol: IncidentProtocol = PROTOCOL
) -> Decision:
    """Somebody sends the form."""
    rule = start_incident(desk.policy, protocol)
    return await desk.press(user_id, "start_incident", rule, revision=None, reason=reason, in_form=True)


async def work(desk: Desk, there: Responders) -> None:
    """Do what is due until nothing is; what Slack leaves open stays due."""
    run = RunIncident(
        desk.book,
        desk.book._log,  # noqa: SLF001 - The evidence is read from the log itself.
        there.channels,
        desk.slack,
        there.send_files,
        IncidentMessages(lambda one: one),
        there.page,
    )
    for _ in range(8):
        due = [one for one in effects(await desk.case(), desk.standing) if one.kind in KINDS]
        for effect in due:
            take = run.brief if effect.kind is EffectKind.POST_BRIEF else run.step
            await take(await desk.case(), effect)
        if not due:
            return


async def known(desk: Desk) -> Incident:
    """The incident as the log has it."""
    return (await desk.case()).tasks.incident


async def test_all_of_it_is_done_and_recorded(desk: Desk) -> None:
    """Channel, topic, people, brief with the card's address, case log, page: each once, with who and when."""
    there = Responders()
    assert (await start(desk)).allowed
    await work(desk, there)
    await work(desk, there)
    incident = await known(desk)
    assert (incident.by, incident.at, incident.runs, incident.failed) == ("U1", desk.clock.now(), False, ())
    assert list(there.channels.names) == [f"inc-2026-11-22-{desk.case_id.lower()}"]
    assert there.channels.invited == [("U1", "S0ONCALL1", "U2")]
    assert len(there.channels.topics) == 1
    (brief,) = desk.slack.standing(INCIDENT_EVENT_TYPE)
    assert brief["channel"] == incident.channel_id
    assert "https://slack.example/archives/" in brief["blocks"][0]["text"]["text"]
    ((channel, file),) = there.files
    assert channel == incident.channel_id
    assert there.pages == [(desk.case_id, f"https://slack.example/archives/C0ALERTS/p{(await desk.case()).card.ts}")]
    (line,) = incident_lines(await desk.case())
    assert line.startswith("*Incident* started by <@U1>, ")
    assert line.endswith(f": <#{incident.channel_id}>, case log attached, people on call paged.")
    assert file.file_name == f"{desk.case_id}-log.jsonl"


async def test_the_evidence_can_be_verified(desk: Desk) -> None:
    """It is the export that `audit verify` takes."""
    there = Responders()
    await start(desk)
    await work(desk, there)
    lines = there.files[0][1].body.decode().splitlines()
    assert verify_file(lines).ok
    assert any('"kind":"incident:started"' in one for one in lines)


async def test_a_second_click_shows_the_first(desk: Desk) -> None:
    """The form opens, and sending it starts nothing more."""
    there = Responders()
    await start(desk)
    await work(desk, there)
    assert (await desk.press("U2", "start_incident", may_start_incident(desk.policy, PROTOCOL))).allowed
    again = await start(desk, "U2")
    assert again.reason is Reason.SETTLED
    assert "<@U1> has started the incident already" in again.sentence
    assert len(there.channels.names) == 1


@pytest.mark.parametrize("moment", ["after creating", "before the log"])
async def test_a_channel_is_never_made_twice(desk: Desk, moment: str) -> None:
    """A lost answer, or a kill between Slack and the log: the channel is found by its name."""
    there = Responders()
    await start(desk)
    if moment == "after creating":
        there.channels.lost = True
        with pytest.raises(SlackUnclear):
            await work(desk, there)
    else:
        started = (await known(desk)).started
        assert started is not None
        await there.channels.create(started.name, private=True)
        desk.rise()
    await work(desk, there)
    assert len(there.channels.names) == 1
    assert (await known(desk)).channel_id == "C00"


async def test_anothers_channel_is_never_taken(desk: Desk) -> None:
    """Somebody made a channel of that name before: ours gets a number."""
    there = Responders()
    name = f"inc-2026-11-22-{desk.case_id.lower()}"
    there.channels.names[name] = "C0EVIL"
    await start(desk)
    await work(desk, there)
    incident = await known(desk)
    assert (incident.channel_name, incident.channel_id) == (f"{name}-2", "C01")


async def test_what_slack_refuses_is_said_and_the_page_goes_out(desk: Desk) -> None:
    """No channel, so no brief and no evidence; paging waits for nothing in Slack. A person has it tried again."""
    there = Responders()
    there.channels.troubles.append(SlackError("restricted_action", "conversations.create"))
    await start(desk)
    await work(desk, there)
    incident = await known(desk)
    assert (incident.failed, incident.runs, len(there.pages)) == (("channel",), False, 1)
    assert "no channel could be made, people on call paged" in incident_lines(await desk.case())[0]
    assert (await start(desk, "U2", reason="")).allowed
    await work(desk, there)
    incident = await known(desk)
    assert (incident.failed, incident.by, len(there.pages)) == ((), "U1", 1)
    assert len(there.files) == 1


async def test_a_rate_limit_is_waited_for(desk: Desk) -> None:
    """Nothing is written down, so that the runner tries again."""
    there = Responders()
    there.channels.troubles.append(SlackRateLimited("conversations.create", 3.0))
    await start(desk, protocol=replace(PROTOCOL, pages=False))
    with pytest.raises(SlackRateLimited):
        await work(desk, there)
    assert desk.kinds("incident:step_done") == []
    await work(desk, there)
    assert not (await known(desk)).failed


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PageError("the paging service refused it (status 400)"), "refused it (status 400)"),
        (PageUnclear("no answer (TimeoutError)"), "somebody may have been paged all the same"),
    ],
)
async def test_a_page_that_did_not_go_through_is_not_called_sent(desk: Desk, error: PageError, words: str) -> None:
    """The card says it, and the log why."""
    there = Responders(page_error=error)
    await start(desk)
    await work(desk, there)
    done = (await known(desk)).done[IncidentStep.PAGE]
    assert words in done.error
    assert "*the page did not go through*" in incident_lines(await desk.case())[0]


@pytest.mark.parametrize("error", [SlackUnclear("TimeoutError", "x"), SlackError("missing_scope", "x")])
async def test_evidence_that_is_not_there_is_named(desk: Desk, error: SlackError) -> None:
    """A lost answer is not answered by a second upload."""
    there = Responders(file_error=error)
    await start(desk)
    await work(desk, there)
    assert (await known(desk)).failed == ("evidence",)


async def test_a_brief_that_slack_refuses_does_not_hold_up_the_evidence(desk: Desk) -> None:
    """Somebody archived the channel, say."""
    there = Responders()
    desk.slack.troubles.append("is_archived")
    await start(desk)
    await work(desk, there)
    assert ((await known(desk)).brief_error, len(there.files)) == ("is_archived", 1)


async def test_people_who_cannot_be_invited_do_not_stop_it(desk: Desk) -> None:
    """The step says so, and the next ones come."""
    there = Responders()
    there.channels.invite_error = SlackError("user_is_restricted", "conversations.invite")
    await start(desk)
    await work(desk, there)
    assert ((await known(desk)).failed, len(there.files)) == (("invite",), 1)


async def test_who_may_start_one(desk: Desk) -> None:
    """Responders, with a reason; whoever has the caller's name too, because that name may be borrowed."""
    assert (await start(desk, "U3")).reason is Reason.NOT_A_RESPONDER
    assert (await start(desk, reason=" \n")).reason is Reason.REASON_MISSING
    desk.directory.people["U1"] = Person("U1", responder=True, names=("mallory",))
    assert (await desk.close("U1")).reason is Reason.SUSPECT
    assert (await start(desk)).allowed


async def test_only_of_an_open_case_and_where_there_is_something_to_do(desk: Desk) -> None:
    """Nothing that could only fail."""
    nothing = await start(desk, protocol=IncidentProtocol())
    assert nothing.reason is Reason.NOT_CONFIGURED
    assert "ANCHORWATCH_INCIDENT_CHANNEL" in nothing.sentence
    await desk.close("U1")
    assert (await start(desk)).reason is Reason.NOT_IN_THIS_STATE


async def test_only_a_page_where_no_channel_is_wanted(desk: Desk) -> None:
    """And nothing else."""
    there = Responders()
    await start(desk, protocol=IncidentProtocol(pages=True))
    await work(desk, there)
    assert (len(there.pages), there.channels.names, (await known(desk)).runs) == (1, {}, False)

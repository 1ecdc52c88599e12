"""Who may do what, asked of the Slack look-alike at its own rates, on a clock that the test moves."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.domain.people import People
from bot.sandbox.slack import seed as people
from bot.sandbox.slack.records import Person
from bot.sandbox.slack.server import SlackLookAlike
from bot.slack.directory import SlackDirectory
from bot.slack.web_clients import web_clients

GROUPS = "usergroups.users.list"
USERS = "users.info"
# Far below any Retry-After: who waits for one does not end in this time.
AT_ONCE_SECONDS = 5.0


@dataclass
class Desk:
    """A directory, the look-alike that it asks, and their clock."""

    slack: SlackLookAlike
    directory: SlackDirectory
    seconds: list[float] = field(default_factory=lambda: [1_000.0])

    def calls(self, method: str) -> int:
        """How often a method was called."""
        return Counter(one["method"] for one in self.slack.workspace.calls)[method]

    def limit(self, method: str, retry_after: int = 30) -> None:
        """Let Slack take no more of these questions for now."""
        self.slack.faults.add({"method": method, "status": 429, "retry_after": retry_after, "times": 99})


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """Everybody is known, and no time passes by itself."""
    seconds = [1_000.0]
    async with AsyncExitStack() as stack:
        slack = SlackLookAlike(now=lambda: seconds[0])
        await slack.start()
        stack.push_async_callback(slack.stop)
        clients = await web_clients(people.BOT_TOKEN, slack.api_url, timedelta(seconds=10), stack)
        directory = SlackDirectory(
            clients.asker,
            People.parse([people.ONCALL_GROUP]),
            People.parse([people.APPROVERS_GROUP, people.BEN]),
            People.parse([people.PKI_GROUP]),
            monotonic=lambda: seconds[0],
        )
        await directory.refresh()
        yield Desk(slack, directory, seconds)


async def test_containments_in_a_row_wait_for_no_rate_limit(desk: Desk) -> None:
    """Forty questions about groups in a minute are twice what Slack takes: all the same each has its answer at once."""
    for _ in range(20):
        desk.seconds[0] += 1
        async with asyncio.timeout(AT_ONCE_SECONDS):
            person = await desk.directory.fresh(people.AVA)
        assert (person.responder, person.unknown) == (True, None)
    refused = [one for one in desk.slack.workspace.calls if one["status"] == 429]
    assert {one["method"] for one in refused} == {GROUPS}


@pytest.mark.parametrize(("age_seconds", "counts"), [(1, True), (90, True), (91, False)])
async def test_a_membership_counts_for_ninety_seconds_at_a_rate_limit(
    desk: Desk, age_seconds: int, *, counts: bool
) -> None:
    """When Slack takes no question, what it said up to 90 s ago counts; older, nobody is let in and hears why."""
    desk.limit(GROUPS)
    desk.seconds[0] += age_seconds
    person = await desk.directory.fresh(people.AVA)
    assert person.responder is counts
    assert (person.unknown is None) is counts
    if not counts:
        assert str(person.unknown).startswith("Slack can't tell who is in")
        assert str(person.unknown).endswith("(too many requests)")


async def test_who_was_taken_out_is_out_once_slack_answers(desk: Desk) -> None:
    """A membership that Slack took away counts only while Slack takes no question, and no longer than that."""
    desk.slack.workspace.groups[people.ONCALL_GROUP].members.remove(people.AVA)
    desk.limit(GROUPS, retry_after=20)
    assert (await desk.directory.fresh(people.AVA)).responder
    desk.slack.faults.clear()
    desk.seconds[0] += 20
    person = await desk.directory.fresh(people.AVA)
    assert (person.responder, person.unknown) == (False, None)


async def test_slack_is_left_alone_until_it_says(desk: Desk) -> None:
    """After a 429 nothing more is asked about groups before Retry-After is over."""
    desk.limit(GROUPS, retry_after=30)
    await desk.directory.fresh(people.AVA)
    before = desk.calls(GROUPS)
    desk.seconds[0] += 29
    await desk.directory.fresh(people.AVA)
    assert desk.calls(GROUPS) == before
    desk.seconds[0] += 1
    await desk.directory.fresh(people.AVA)
    assert desk.calls(GROUPS) > before


async def test_people_of_one_moment_share_the_questions(desk: Desk) -> None:
    """Requester and approvers of several cases at once: each group is asked about once, the owners' not at all."""
    before = desk.calls(GROUPS)
    await asyncio.gather(*(desk.directory.fresh(one) for one in (people.AVA, people.BEN, people.CARLA) * 3))
    assert desk.calls(GROUPS) - before == 2


async def test_any_other_failure_lets_nobody_in(desk: Desk) -> None:
    """A group that Slack fails to tell is unknown at once, however new the last answer is."""
    desk.slack.faults.add({"method": GROUPS, "error": "fatal_error", "times": 9})
    person = await desk.directory.fresh(people.AVA)
    assert not person.responder
    assert "Slack can't tell who is in" in str(person.unknown)
    assert "too many" not in str(person.unknown)


@pytest.mark.parametrize("fault", [{"status": 429, "retry_after": 30}, {"error": "fatal_error"}])
@pytest.mark.parametrize(("age_seconds", "counts"), [(90, True), (91, False)])
async def test_an_answer_about_a_person_counts_for_ninety_seconds(
    desk: Desk, fault: dict[str, object], age_seconds: int, *, counts: bool
) -> None:
    """While Slack does not tell who somebody is, its last answer counts for 90 s; then it is no, also by user id."""
    desk.slack.faults.add({"method": USERS, "times": 9, **fault})
    desk.seconds[0] += age_seconds
    person = await desk.directory.fresh(people.BEN)
    assert person.approver is counts
    if not counts:
        assert person.unknown == f"Slack can't tell who <@{people.BEN}> is"


async def test_somebody_never_heard_of_may_nothing(desk: Desk) -> None:
    """Who came into the group a moment ago and about whom Slack tells nothing may nothing yet."""
    newcomer = "U07NEWCOMER"
    desk.slack.workspace.groups[people.ONCALL_GROUP].members.append(newcomer)
    desk.slack.faults.add({"method": USERS, "error": "fatal_error", "times": 9})
    assert not (await desk.directory.fresh(newcomer)).responder


async def test_many_people_are_asked_about_in_turn(desk: Desk) -> None:
    """Of 120 people half of Slack's rate is asked about each minute, the ones not heard of for longest first."""
    for number in range(120):
        newcomer = Person(f"U{number:09}", f"p{number}", f"Person {number}", "somebody", "Europe/Berlin")
        desk.slack.workspace.people[newcomer.user_id] = newcomer
        desk.slack.workspace.groups[people.PKI_GROUP].members.append(newcomer.user_id)
    heard: Counter[str] = Counter()
    for _ in range(3):
        before = len(desk.slack.workspace.calls)
        desk.seconds[0] += 60
        await desk.directory.refresh()
        asked = [one for one in desk.slack.workspace.calls[before:] if one["method"] == USERS]
        assert len(asked) == 50
        heard.update(one["arguments"]["user"] for one in asked)
    assert all(heard[f"U{number:09}"] for number in range(120))


async def test_a_persons_address_is_known_while_it_may_name_them(desk: Desk) -> None:
    """Only of the configured domains, and not of somebody who left."""
    assert desk.directory.person(people.AVA).email is None
    naming = SlackDirectory(
        desk.directory._client,  # noqa: SLF001 - The same connection.
        People.parse([people.ONCALL_GROUP]),
        People.parse([people.BEN]),
        email_domains=frozenset({people.EMAIL_DOMAIN}),
    )
    await naming.refresh()
    assert naming.person(people.AVA).email == f"ava@{people.EMAIL_DOMAIN}"
    desk.slack.workspace.deactivate(people.AVA)
    assert (await naming.fresh(people.AVA)).email is None

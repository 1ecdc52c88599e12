"""The page of the guide: each row, where it is answered, and the rule of the verdict; made from the code."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain import verdict
from bot.domain.guide import Mode, Row, rows
from bot.domain.timeline import LEAST_EVENTS, LEAST_KINDS, LEAST_ROWS, MOST_ROWS
from bot.service.guide.inquiry import Step
from bot.service.guide.steps import STEPS

_MODES = {
    Mode.AUTOMATIC: "by itself",
    Mode.ONE_CLICK: "one click",
    Mode.PERSON: "asks a person",
    Mode.KEPT: "kept as text",
}


def guide_lines() -> Iterator[str]:
    """The page without its title, in Markdown."""
    yield "The published rule (Elastic, Elastic License v2) comes with an investigation guide; the rows below are its"
    yield "sentences in our own words. The guide was made by a machine, and two of its names are wrong: there is no"
    yield "`AssumeRoleWithCertificate` event (sessions are recorded as `CreateSession`), and a profile is linked to no"
    yield "trust anchor (any anchor works with any enabled profile of its account and Region, where the role's trust"
    yield "policy lets it in). Revoking certificates works only for a CA of your own: an attacker's CA revokes nothing."
    yield ""
    yield "| Row | Versions | How | What | Where it is answered |"
    yield "| --- | --- | --- | --- | --- |"
    for row in rows():
        places = "; ".join(places_of(row)) or "not yet"
        yield f"| {row.number} | {row.versions or 'ours'} | {_MODES[row.mode]} | {row.topic} | {places} |"
    yield ""
    yield from _pictures()
    yield "## The verdict"
    yield ""
    yield from (line.strip() for line in (verdict.__doc__ or "").splitlines()[1:])
    yield ""
    yield "| Sign | What it does |"
    yield "| --- | --- |"
    yield from (f"| `{code}` | {effect.value} |" for code, effect in verdict.EFFECTS.items())
    yield ""
    for step in STEPS:
        yield from _step(step)


def _pictures() -> Iterator[str]:
    yield "## The pictures"
    yield ""
    yield "Two pictures stand in a case's thread, each with a text that says the same, and again only when what they"
    yield "show has changed:"
    yield ""
    yield "- who the CA's owner can become, from the CA over the profiles to roles, as soon as there is a role to show;"
    yield "- what happened around the trust anchor, in UTC: looks before it and changes to profiles, roles and other"
    yield "  ways in, its making, sessions by certificate, what they did, your own actions, and when the last known"
    yield f"  session ends. It is drawn from {LEAST_EVENTS} events of {LEAST_KINDS} kinds in {LEAST_ROWS} rows on:"
    yield f"  fewer are read faster as sentences. It has at most {MOST_ROWS} rows and says how many events it leaves"
    yield "  out. After an action it waits a minute for others that may follow."
    yield ""


def places_of(row: Row) -> tuple[str, ...]:
    """Where a row is answered: the questions that name it, then its own places. Empty: nowhere."""
    asked = (f"`{step.id}`: {one.text}" for step in STEPS for one in step.questions if row.number in one.rows)
    return (*asked, *row.places)


def _step(step: Step) -> Iterator[str]:
    yield f"## `{step.id}`: {step.title}"
    yield ""
    permissions = ", ".join(f"`{one}`" for one in step.permissions)
    yield f"Permissions: {permissions}." if permissions else "It makes no call."
    yield "Asked in every round." if step.again else "Asked once for each detection."
    yield ""
    yield from (f"- {one.text} (rows {', '.join(one.rows)})" for one in step.questions)
    yield ""

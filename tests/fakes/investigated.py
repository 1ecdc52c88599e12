"""A scenario with known truth, investigated by the real bot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.domain.answer import Answer
from bot.domain.case import Case
from bot.domain.verdict import Verdict, verdict
from bot.sandbox.hands import NotSeen
from bot.sandbox.scenarios.truth import Played, Truth
from bot.sandbox.world import World
from tests.fakes.trial import FAST, Trial

_ROUND_SECONDS = 120.0


@dataclass(frozen=True)
class Investigated:
    """What the bot found out in its first round, and what is true."""

    trial: Trial
    case: Case
    played: Played

    @property
    def truth(self) -> Truth:
        """What is true."""
        return self.played.truth

    def answer(self, question: str) -> Answer:
        """The answer to a question."""
        return self.case.investigation.answers[question]

    def facts(self, question: str) -> dict[str, Any]:
        """The facts of an answer."""
        return dict(self.answer(question).facts)

    @property
    def verdict(self) -> Verdict:
        """What the card's verdict line says."""
        return verdict(self.case.flags, self.case.investigation.answers.values())


@asynccontextmanager
async def investigated(name: str, *, aws_rate_scale: float = 0) -> AsyncIterator[Investigated]:
    """Play a scenario, start the bot with what the scenario's organization would have told it, and wait.

    ``aws_rate_scale`` 1 means AWS's real rates, 0 none.

    Raises:
        NotSeen: the first round did not end in two minutes; says what the bot logged.
    """
    settings = {**FAST, "ANCHORWATCH_INVESTIGATE": "on", "ANCHORWATCH_VISIBILITY_SECONDS": "30"}
    async with World(slack_rate_scale=0, aws_rate_scale=aws_rate_scale, settings=settings) as world:
        played = await world.play_scenario(name)
        await asyncio.to_thread(_write_house, world.folder / "house.toml", played)
        await world.start_bot(ANCHORWATCH_HOUSE=str(world.folder / "house.toml"))
        trial = Trial(world)
        try:
            yield Investigated(trial, await _investigation(trial), played)
        finally:
            await trial.close()


async def _investigation(trial: Trial) -> Case:
    deadline = asyncio.get_running_loop().time() + _ROUND_SECONDS
    while asyncio.get_running_loop().time() < deadline:
        for case_id in await trial.case_ids():
            case = await trial.case(case_id)
            if case.investigation.finished:
                return case
        await asyncio.sleep(0.2)
    raise NotSeen(f"the first round of an investigation\n{trial.world.bot_log()}")


def _write_house(file: Path, played: Played) -> None:
    cas = (
        f'[[ca]]\nname = "Vendor PKI"\nowner = "PKI team"\nspki_sha256 = "{key}"\n' for key in played.approved_ca_keys
    )
    labs = (f'[[account]]\nid = "{one}"\nname = "lab"\nenvironment = "lab"\n' for one in played.lab_accounts)
    spread = sorted({arn.split(":")[4] for arn in played.truth.same_ca} - {*played.lab_accounts})
    others = (f'[[account]]\nid = "{one}"\nname = "account {number}"\n' for number, one in enumerate(spread, 1))
    file.write_text("\n".join((*cas, *labs, *others)), encoding="utf-8")

"""A scenario in the sandbox: its detection reaches the bot, which posts its card."""

from bot.sandbox.hands import Hands, texts, until
from bot.sandbox.slack import seed as people
from bot.sandbox.world import World


async def test_detection_of_a_scenario_becomes_a_card() -> None:
    """The card of a member account's anchor stands in Slack, and AWS's rates are in force again."""
    async with World() as world:
        await world.start_bot()
        played = await world.play_scenario("unused-anchor")
        ava = Hands(world.slack, people.AVA)
        card = await until("a card", lambda: next(iter(ava.cards()), None))
        shown = texts(card.blocks)
        assert played.truth.account_id in shown
        assert played.truth.actor_arn in shown
        assert world.aws.rate_scale == world.aws_rate_scale == 1

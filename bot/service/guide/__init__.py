"""The guide's questions, asked by the bot itself: one file a step, listed in :mod:`bot.service.guide.steps`."""

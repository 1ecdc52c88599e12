"""The whole product on one machine: a Slack look-alike with a page, an AWS stand-in, and the story."""

"""Everything that Slack sends or shows."""

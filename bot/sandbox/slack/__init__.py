"""A Slack look-alike: the Web API, interactivity over HTTP and Socket Mode, and a page for people."""

"""One thing that Slack would refuse, and where in the payload it stands."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One refusal.

    Attributes:
        message: What is wrong, worded as Slack words it.
        pointer: JSON pointer into the payload, for example `/blocks/0/text/text`; empty for the whole.
    """

    message: str
    pointer: str

"""The one tree of errors; adapters translate foreign errors into it.

::

    AnchorwatchError
    ├── BadInput            what came in can't be understood: says what and where
    │   └── PartlyUnderstood    only parts of it; the rest was taken
    ├── BadSettings         the start is refused, one line a mistake
    ├── LogConflict         somebody else appended first: read again, decide again
    ├── LogDamaged          the chain of a case does not hold
    ├── StoreUnavailable    the case log can't be read or written now
    ├── AwsError            AWS answered with an error, so the call had no effect
    │   ├── AwsDenied       a permission is missing
    │   ├── AwsNotFound     the resource is not there
    │   ├── AwsThrottled    too many requests, also after the retries
    │   └── AwsUnclear      no answer: the call may have had its effect
    ├── PageError           nobody was paged
    │   └── PageUnclear     no answer: somebody may have been
    └── SlackError          Slack answered with an error, so nothing was shown
        ├── SlackRateLimited  wait before the next call
        └── SlackUnclear    no answer: the post may be there
"""

from __future__ import annotations

NOT_SENT = "NotSent"
"""The code of the error of a call that we did not send to AWS; the message says why."""


class AnchorwatchError(Exception):
    """Every error that Anchorwatch raises by itself."""


class BadInput(AnchorwatchError):
    """A message, request or file can't be understood.

    Attributes:
        code: stable short name of the mistake, such as ``not_json``.
        at: where in the input it is: a field path, a line, or ``body``.
    """

    def __init__(self, code: str, message: str, at: str = "body") -> None:
        super().__init__(message)
        self.code = code
        self.at = at


class PartlyUnderstood(BadInput):
    """Parts of a message can't be understood, and the others were taken; it speaks of the first such part.

    Attributes:
        events: how many events the others are.
        cases: the ids of the cases that have them.
        ignored: how many of the others opened no case.
        problems: one for each part that can't be understood; at least one.
    """

    def __init__(self, events: int, cases: tuple[str, ...], ignored: int, problems: tuple[BadInput, ...]) -> None:
        first, count = problems[0], len(problems)
        parts = "1 part" if count == 1 else f"{count} parts"
        super().__init__(
            first.code, f"{parts} of the message can't be understood, the rest was taken: {first}", first.at
        )
        self.events = events
        self.cases = cases
        self.ignored = ignored
        self.problems = problems


class BadSettings(AnchorwatchError):
    """Settings are missing or wrong; ``mistakes`` has one line for each."""

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class LogConflict(AnchorwatchError):
    """An append expected another length of the case than the log has."""

    def __init__(self, case_id: str, expected_seq: int) -> None:
        super().__init__(f"case {case_id} has moved on since entry {expected_seq}")
        self.case_id = case_id
        self.expected_seq = expected_seq


class LogDamaged(AnchorwatchError):
    """The first entry of a case that does not follow from the one before it."""

    def __init__(self, case_id: str, seq: int, why: str) -> None:
        super().__init__(f"case {case_id}, entry {seq}: {why}")
        self.case_id = case_id
        self.seq = seq
        self.why = why


class StoreUnavailable(AnchorwatchError):
    """The case log can't be read or written now; nothing was stored."""


class AwsError(AnchorwatchError):
    """AWS answered with an error: the call had no effect.

    Attributes:
        code: AWS's error code, such as ``ValidationException``.
        operation: ``service:Operation`` as in IAM, such as ``rolesanywhere:GetTrustAnchor``.
    """

    def __init__(self, code: str, message: str, operation: str) -> None:
        super().__init__(message)
        self.code = code
        self.operation = operation


class AwsDenied(AwsError):
    """A permission is missing."""


class AwsNotFound(AwsError):
    """The resource is not there (or not in this account and Region)."""


class AwsThrottled(AwsError):
    """AWS refused for too many requests, also after the retries."""


class AwsTransient(AwsError):
    """A read got no answer or a server's error: asking again may help."""


class AwsUnclear(AwsError):
    """No answer came: the call may or may not have had its effect."""


class PageError(AnchorwatchError):
    """Nobody was paged; the text says why, without address or key."""


class PageUnclear(PageError):
    """No answer came, or one that leaves it open: somebody may have been paged."""


class SlackError(AnchorwatchError):
    """Slack answered with an error: nothing was shown.

    Attributes:
        code: Slack's error text, such as ``channel_not_found``.
    """

    def __init__(self, code: str, method: str, details: tuple[str, ...] = ()) -> None:
        super().__init__(f"{method}: {code}")
        self.code = code
        self.method = method
        self.details = details


class SlackRateLimited(SlackError):
    """Slack wants no call of this method before ``retry_after_seconds`` are over."""

    def __init__(self, method: str, retry_after_seconds: float) -> None:
        super().__init__("ratelimited", method)
        self.retry_after_seconds = retry_after_seconds


class SlackUnclear(SlackError):
    """No answer came: what was sent may stand in Slack."""

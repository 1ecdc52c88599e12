"""Judge many messages offline: JSON Lines in, one JSON object out for each event that is found in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.ca_facts import ReadCertificates
from bot.domain.detection import Detection, EventProblem, SourceType
from bot.domain.rule import judge

Row = dict[str, Any]
Line = tuple[int, bytes | None]
"""A line's number, from 1, and its bytes; None in their place for a line that is too long to be kept."""

_EMPTY = "The line is empty."


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing in a message: an event, the reason why a part is nothing for us, or a problem.

    ``form`` names the wrappings from the outside in; it is empty where nothing was recognised.
    """

    form: str
    what: Detection | EventProblem | str


class Evaluate:
    """Judges lines, each on its own; keeps nothing between two of them.

    Args:
        find: everything in a message's bytes, in its order; never nothing.
        certificate_reader: makes what reads the CAs of one line.
        most_bytes: how long a line may be, for what is said of a longer one.
    """

    def __init__(
        self,
        find: Callable[[bytes], Sequence[Finding]],
        certificate_reader: Callable[[], ReadCertificates],
        most_bytes: int,
    ) -> None:
        self._find = find
        self._certificate_reader = certificate_reader
        self._most_bytes = most_bytes

    def __call__(self, lines: Iterable[Line]) -> Iterator[Row]:
        """One object for each event, ignored part and problem, in the order of the input.

        ``line`` counts from 1, ``index`` from 0 within the line. All objects have the same keys.
        """
        for number, body in lines:
            read_certificates = self._certificate_reader()
            for index, finding in enumerate(self._findings(body)):
                yield {"line": number, "index": index, **_row(finding, read_certificates)}

    def _findings(self, body: bytes | None) -> Sequence[Finding]:
        if body is None:
            message = f"the line is longer than {self._most_bytes} bytes, so it was not read"
            return (Finding("", EventProblem("too_large", message, "body")),)
        if not body.strip():
            return (Finding("", _EMPTY),)
        return self._find(body)


def _row(finding: Finding, read_certificates: ReadCertificates) -> Row:
    form = finding.form or None
    if isinstance(finding.what, Detection):
        return {"form": form, **_event_row(finding.what, read_certificates)}
    if isinstance(finding.what, EventProblem):
        problem = finding.what
        error = {"code": problem.code, "message": problem.message, "at": problem.at}
        return {"form": form, **_no_event("error", problem.message), "error": error}
    return {"form": form, **_no_event("ignore", finding.what)}


def _event_row(detection: Detection, read_certificates: ReadCertificates) -> Row:
    judgement = judge(detection)
    rule = detection.rule
    facts = read_certificates(detection.anchor.certificates_pem)
    return {
        "event_id": detection.event_id,
        "event_name": detection.event_name,
        "rule": {"v1": rule is not None and rule.v1, "v6": rule is not None and rule.v6},
        "answer": judgement.answer.value,
        "reasons": list(judgement.reasons),
        "anchor_arn": detection.anchor.arn,
        "account": detection.account or None,
        "region": detection.region or None,
        "actor_arn": detection.actor.arn,
        "source_type": _source_type(detection),
        "certificates": [one.sha256 for one in facts.certificates],
        "sources": dict(detection.sources),
        "error": None,
    }


def _source_type(detection: Detection) -> str | None:
    """As it is written in the event; None when the event says nothing of it."""
    written, read = detection.anchor.source_type_text, detection.anchor.source_type
    return written or (None if read is SourceType.UNKNOWN else read.value)


def _no_event(answer: str, reason: str) -> Row:
    return {
        "event_id": None,
        "event_name": None,
        "rule": {"v1": False, "v6": False},
        "answer": answer,
        "reasons": [reason],
        "anchor_arn": None,
        "account": None,
        "region": None,
        "actor_arn": None,
        "source_type": None,
        "certificates": [],
        "sources": {},
        "error": None,
    }

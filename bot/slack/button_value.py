"""What a control carries: the case, the revision that it was drawn for, and a request or a page.

The truth is in the log, so a control that was copied, kept or forged can do nothing but name a case. What Approve
carries beside it, the plan's digest and the card's, is only compared with what they are now.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.domain.errors import BadInput
from bot.domain.identity import is_case_id

_REVISION = re.compile(r"[0-9]{1,9}")
# A rung of a ladder has its number behind the ladder's own: R1.2.
_REQUEST = re.compile(r"R[0-9]{1,6}(\.[0-9]{1,2})?")
_PAGE = re.compile(r"[a-z]{1,20}[0-9]{0,3}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PARTS_OF_A_REQUEST = 3
_PARTS_OF_A_PAGE = 4
_PARTS_OF_A_YES = 5
_WITH_REQUEST = (_PARTS_OF_A_REQUEST, _PARTS_OF_A_PAGE, _PARTS_OF_A_YES)


@dataclass(frozen=True, slots=True)
class Reference:
    """Case, revision and (for votes) request, as a control names them.

    Approve names the plan's ``digest`` and ``rendered``, the card's, too: the SHA-256 (hex) of each.
    """

    case_id: str
    revision: int
    request_id: str = ""
    digest: str = ""
    rendered: str = ""

    def text(self) -> str:
        """The reference as a control carries it: ``AW-…:12``, ``AW-…:12:R1`` or that with both digests."""
        words = [self.case_id, str(self.revision), self.request_id, self.digest, self.rendered]
        return ":".join(word for word in words if word)

    def block_id(self, part: str) -> str:
        """The id of a block: unique in its message and new with each revision."""
        return f"{self.case_id}:{self.revision}:{part}"


def parse_reference(text: str) -> Reference:
    """Read what a control carries; also a block id, whose last part is then no request.

    Raises:
        BadInput: this is nothing that Anchorwatch wrote.
    """
    words = text.split(":")
    if not is_case_id(words[0]) or len(words) < 2 or not _REVISION.fullmatch(words[1]):  # noqa: PLR2004
        raise BadInput("not_our_control", "this control carries no case of Anchorwatch", "value")
    number = len(words)
    named = number in _WITH_REQUEST and (number != _PARTS_OF_A_PAGE or _PAGE.fullmatch(words[3]))
    request_id = words[2] if named and _REQUEST.fullmatch(words[2]) else ""
    signs = tuple(words[3:]) if number == _PARTS_OF_A_YES and all(map(_DIGEST.fullmatch, words[3:])) else ("", "")
    return Reference(words[0], int(words[1]), request_id, *signs)


def page_of(text: str) -> str:
    """The page of the guide or of a request's plan that a control leads to; empty when it names none."""
    words = text.split(":")
    return words[-1] if len(words) in (_PARTS_OF_A_REQUEST, _PARTS_OF_A_PAGE) and _PAGE.fullmatch(words[-1]) else ""

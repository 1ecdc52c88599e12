"""The CA that a case is about: as the report shows it, and as AWS has it now."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.answer import Answer, could_not_check, does_not_apply
from bot.domain.ca_facts import CaFacts, Certificate
from bot.domain.case import Case
from bot.domain.detection import SourceType
from bot.domain.errors import AwsError
from bot.service.aws_words import aws_sentence
from bot.service.guide.inquiry import Inquiry


@dataclass(frozen=True, slots=True)
class TheCa:
    """What is known of the CA.

    ``live`` is None where AWS does not show the trust anchor; ``not_checked`` then says why. ``is_private`` says that
    it is a CA of AWS Private CA, which has no certificates here, ``is_whole`` that the report shows every certificate.
    """

    reported: CaFacts
    live: CaFacts | None
    not_checked: tuple[str, ...] = ()
    is_private: bool = False
    is_whole: bool = True

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """Those of the report and those that AWS has now, each once."""
        both = (*self.reported.certificates, *(self.live.certificates if self.live else ()))
        return tuple({one.sha256: one for one in both}.values())

    @property
    def keys(self) -> tuple[str, ...]:
        """The SHA-256 of every public key, each once."""
        return tuple(dict.fromkeys(one.spki_sha256 for one in self.certificates))

    @property
    def unreadable(self) -> int:
        """How many blocks of the bundle can't be read as a certificate."""
        return max(len(self.reported.unreadable), len(self.live.unreadable) if self.live else 0)

    @property
    def has_changed(self) -> bool:
        """Whether AWS has other keys now than the report shows; False where one of the two is not known whole."""
        if self.live is None or not self.reported.certificates or not self.live.certificates:
            return False
        before = {one.spki_sha256 for one in self.reported.certificates}
        now = {one.spki_sha256 for one in self.live.certificates}
        return bool(before - now and not self.live.unreadable) or bool(now - before and self.is_whole)

    def without_certificates(self, question: str) -> Answer | None:
        """The answer to a question about certificates when there are none; None when there are."""
        if self.certificates:
            return None
        if self.is_private:
            return does_not_apply(question, "The CA is one of AWS Private CA: no certificate of it was uploaded.")
        return could_not_check(question, "Neither the report nor AWS shows a certificate of this CA that can be read.")


async def the_ca(inquiry: Inquiry) -> TheCa:
    """Read the CA; the list of trust anchors is read once in a round for all steps."""
    case = inquiry.case
    try:
        anchors = await inquiry.all_pages("rolesanywhere", "ListTrustAnchors", "trustAnchors")
    except AwsError as error:
        return _of(case, None, f"What AWS has as its certificates now: {aws_sentence(error)}")
    detail = next((one for one in anchors if one.get("trustAnchorArn") == case.target.anchor_arn), None)
    if detail is None:
        return _of(case, None, "What AWS has as its certificates now: it lists no such trust anchor.")
    live = inquiry.sources.read_certificates(inquiry.sources.certificates_of(detail))
    return _of(case, live if live.certificates or live.unreadable else None)


def _of(case: Case, live: CaFacts | None, why: str | None = None) -> TheCa:
    is_private = case.detection.anchor.source_type is SourceType.AWS_ACM_PCA
    is_whole = not (case.detection.missing or case.ca.unreadable)
    return TheCa(case.ca, live, (why,) if why and not is_private else (), is_private, is_whole)

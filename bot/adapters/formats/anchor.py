"""The trust anchor in an event: the surest copy counts, and where copies differ is said.

See: https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_TrustAnchorDetail.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.adapters.formats.kept import MAX_NAME_CHARACTERS, MAX_TEXT_CHARACTERS, flag, matching, moment, text, value_at
from bot.adapters.formats.pem_bundle import PemBundle, read_bundle
from bot.adapters.formats.pem_labels import may_hold_pem
from bot.adapters.formats.voices import Hearing, Voice
from bot.domain.detection import Anchor, SourceType
from bot.domain.errors import BadInput
from bot.domain.identity import parse_anchor_arn

_ANCHOR_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_MAX_TYPE_CHARACTERS = 64
_PEM = "source.sourceData.x509CertificateData"


def read_anchor(voices: Sequence[Voice], hearing: Hearing) -> tuple[Anchor, tuple[str, ...]]:
    """The trust anchor that these copies show, and in plain words what of its CA could not be kept."""
    answers = [voice for voice in voices if not voice.sent]
    requests = [voice for voice in voices if voice.sent]

    def words(key: str, called: str, path: str, limit: int = MAX_TEXT_CHARACTERS) -> str | None:
        return hearing.first(key, called, voices, lambda voice: text(value_at(voice.message, path), limit))

    arn = hearing.first("anchor_arn", "the trust anchor's ARN", voices, _arn)
    written_type = words("source_type", "the kind of CA", "source.sourceType", _MAX_TYPE_CHARACTERS)
    bundle = _bundle(voices, hearing)
    anchor = Anchor(
        arn=arn,
        anchor_id=_anchor_id(voices, arn, hearing),
        name=words("anchor_name", "the trust anchor's name", "name", MAX_NAME_CHARACTERS),
        enabled=hearing.first(
            "enabled", "whether it is enabled", voices, lambda one: flag(value_at(one.message, "enabled"))
        ),
        updated_at=hearing.first(
            "updated_at",
            "when it was changed",
            answers,
            lambda one: moment(value_at(one.message, "updatedAt")) or moment(value_at(one.message, "createdAt")),
        ),
        source_type=SourceType.__members__.get(written_type or "", SourceType.UNKNOWN),
        source_type_text=written_type,
        certificates_pem=bundle.certificates,
        acm_pca_arn=words("acm_pca_arn", "the ARN in AWS Private CA", "source.sourceData.acmPcaArn"),
        source_in_request=next((said for one in requests if (said := _brings_source(one)) is not None), None),
        held_private_key=bundle.held_private_key,
    )
    return anchor, (*bundle.missing, *_left_out(voices))


def _arn(voice: Voice) -> str | None:
    arn = text(value_at(voice.message, "trustAnchorId" if voice.sent else "trustAnchorArn"))
    if arn is None:
        return None
    try:
        parse_anchor_arn(arn)
    except BadInput:
        return None
    return arn


def _anchor_id(voices: Sequence[Voice], arn: str | None, hearing: Hearing) -> str | None:
    def said(voice: Voice) -> str | None:
        named = _arn(voice)
        return (
            parse_anchor_arn(named).anchor_id
            if named
            else matching(value_at(voice.message, "trustAnchorId"), _ANCHOR_ID)
        )

    found = hearing.first("anchor_id", "the trust anchor's id", voices, said)
    return parse_anchor_arn(arn).anchor_id if arn else found


def _bundle(voices: Sequence[Voice], hearing: Hearing) -> PemBundle:
    """The first bundle with certificates; a private key in any of them counts, since AWS gives none back."""
    written = [(voice, value_at(voice.message, _PEM)) for voice in voices]
    read = _read_each(pem for _, pem in written if isinstance(pem, str))
    bundles = [(voice, read[pem]) for voice, pem in written if isinstance(pem, str)]
    whole = [(voice, bundle) for voice, bundle in bundles if bundle.certificates]
    chosen = next((bundle for _, bundle in whole), bundles[-1][1] if bundles else PemBundle())
    if whole:
        hearing.sources["certificates"] = whole[0][0].where
        hearing.compare("the CA certificates", [(voice.words, frozenset(one.certificates)) for voice, one in whole])
    with_key = next((bundle for _, bundle in bundles if bundle.held_private_key), chosen)
    missing = tuple(dict.fromkeys((*chosen.missing, *with_key.missing)))
    return PemBundle(chosen.certificates, missing, with_key.held_private_key)


def _read_each(texts: Iterable[str]) -> dict[str, PemBundle]:
    """The bundle in each text; one that a map only repeats is not read again."""
    read: dict[str, PemBundle] = {}
    for pem in dict.fromkeys(texts):
        repeated = next((known for known in read if known in pem), None)
        if repeated is not None and not may_hold_pem(pem.replace(repeated, "", 1)):
            read[pem] = read[repeated]
        else:
            read[pem] = read_bundle(pem)
    return read


def _brings_source(voice: Voice) -> bool | None:
    request = voice.message
    if not isinstance(request, dict) or not request or _is_partial(request):
        return None
    return bool(request.get("source"))


def _is_partial(message: object) -> bool:
    return bool(value_at(message, "omitted") or value_at(message, "cutOff"))


def _left_out(voices: Sequence[Voice]) -> tuple[str, ...]:
    """CloudTrail puts ``omitted`` in place of a field that is too large; another copy may have it whole.

    See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
    """
    left_out = []
    for sent, plain in ((True, "what the caller sent"), (False, "what AWS answered")):
        copies = [voice.message for voice in voices if voice.sent is sent and voice.message]
        if copies and all(map(_is_partial, copies)):
            left_out.append(f"{plain} (not whole)")
    return tuple(left_out)

"""Unpacks what CloudWatch Logs packs (gzip in base64), bounded: a kilobyte can be made to unpack to a megabyte.

See: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
"""

from __future__ import annotations

import base64
import binascii
import zlib

from bot.domain.errors import BadInput

MAX_UNPACKED_BYTES = 1536 * 1024
"""The most that a message may unpack to: half as much again as a message may have, to bound the time that it takes."""
GZIP_MAGIC = b"\x1f\x8b"
BASE64_OF_GZIP = "H4sI"
"""How every base64 text begins that holds gzip with the usual method and no flags."""
_MAX_MEMBERS = 64
_GZIP_WINDOW = 16 + zlib.MAX_WBITS


def unpacked(data: str, at: str) -> str:
    """The text in base64 of gzip.

    Raises:
        BadInput: ``not_base64``, or as :func:`gunzipped`.
    """
    try:
        packed = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        raise BadInput("not_base64", "this is not base64", at) from None
    return gunzipped(packed, at)


def gunzipped(packed: bytes, at: str) -> str:
    """The UTF-8 text in gzip, also of several members behind each other.

    Raises:
        BadInput: ``not_gzip`` (also when it is cut off), ``too_large`` or ``not_utf8``.
    """
    pieces: list[bytes] = []
    room = MAX_UNPACKED_BYTES
    while packed:
        if len(pieces) == _MAX_MEMBERS:
            raise BadInput("too_large", f"this has more than {_MAX_MEMBERS} gzip members", at)
        member = zlib.decompressobj(_GZIP_WINDOW)
        try:
            piece = member.decompress(packed, room + 1)
        except zlib.error:
            raise BadInput("not_gzip", "this is not gzip, or is damaged", at) from None
        room -= len(piece)
        if room < 0:
            raise BadInput("too_large", f"this unpacks to more than {MAX_UNPACKED_BYTES} bytes", at)
        if not member.eof:
            raise BadInput("not_gzip", "this gzip is cut off", at)
        pieces.append(piece)
        packed = member.unused_data
    try:
        return b"".join(pieces).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput("not_utf8", f"this unpacks to text that is not UTF-8 (byte {error.start})", at) from None

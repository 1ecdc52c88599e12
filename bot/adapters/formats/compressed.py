"""Unpacks gzip and base64, as CloudWatch Logs and HTTP senders pack, bounded: a kilobyte can unpack to a megabyte.

See: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from dataclasses import dataclass

from bot.domain.errors import BadInput

MAX_UNPACKED_BYTES = 1536 * 1024
"""The most that a message may unpack to: half as much again as a message may have, to bound the time that it takes."""
GZIP_MAGIC = b"\x1f\x8b"
BASE64_OF_GZIP = "H4sI"
"""How every base64 text begins that holds gzip with the usual method and no flags."""
_MAX_MEMBERS = 64
_MOST_LAYERS = 3
_MOST_BYTES_OF_ONE = 1032
_BASE64 = re.compile(rb"[A-Za-z0-9+/\s]+={0,2}\s*")
_GZIP_WINDOW = 16 + zlib.MAX_WBITS


@dataclass(slots=True)
class Room:
    """How many bytes may still be unpacked of one message: many small bombs in it are as bad as a large one."""

    left: int = 2 * MAX_UNPACKED_BYTES


def unpacked(data: str, at: str, room: Room) -> str:
    """The text in base64 of gzip; what it takes is taken from ``room``.

    Raises:
        BadInput: ``not_base64``, or as :func:`gunzipped`, also where no room is left.
    """
    packed = _unbased("".join(data.split()), at)
    try:
        text = gunzipped(packed, at, min(room.left, MAX_UNPACKED_BYTES))
    except BadInput:
        # How far it got is not known: deflate packs at most about a thousand bytes into one.
        room.left -= min(MAX_UNPACKED_BYTES, _MOST_BYTES_OF_ONE * len(packed))
        raise
    room.left -= len(text)
    return text


def opened(body: bytes, at: str) -> tuple[bytes, tuple[str, ...]]:
    """What a body holds once it is unpacked, and by what names each layer goes, from the outside in.

    A layer is gzip, or base64 of gzip; what is neither is returned as it is. Each layer unpacks to at most
    ``MAX_UNPACKED_BYTES``, and there are at most three.

    Raises:
        BadInput: ``too_deep``, ``not_base64``, or as :func:`gunzipped`.
    """
    layers: list[str] = []
    while True:
        packed = body
        if body[:64].lstrip().startswith(BASE64_OF_GZIP.encode()):
            packed = _unbased("".join(body.decode("latin-1").split()), at)
        if not packed.startswith(GZIP_MAGIC):
            return body, tuple(layers)
        if len(layers) == _MOST_LAYERS:
            raise BadInput("too_deep", f"packed more than {_MOST_LAYERS} times", at)
        body = _gunzipped(packed, at)
        layers.append("gzip")


def plain_base64(body: bytes) -> bytes | None:
    """The bytes that a body is base64 of; None when it is no base64."""
    if _BASE64.fullmatch(body) is None:
        return None
    try:
        return base64.b64decode(b"".join(body.split()), validate=True)
    except binascii.Error:
        return None


def _unbased(data: str, at: str) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise BadInput("not_base64", "this is not base64", at) from None


def gunzipped(packed: bytes, at: str, most_bytes: int = MAX_UNPACKED_BYTES) -> str:
    """The UTF-8 text in gzip, also of several members behind each other.

    Raises:
        BadInput: ``not_gzip`` (also when it is cut off), ``too_large`` or ``not_utf8``.
    """
    try:
        return _gunzipped(packed, at, most_bytes).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput("not_utf8", f"this unpacks to text that is not UTF-8 (byte {error.start})", at) from None


def _gunzipped(packed: bytes, at: str, most_bytes: int = MAX_UNPACKED_BYTES) -> bytes:
    pieces: list[bytes] = []
    room = max(0, most_bytes)
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
            raise BadInput("too_large", f"this unpacks to more than {max(0, most_bytes)} bytes", at)
        if not member.eof:
            raise BadInput("not_gzip", "this gzip is cut off", at)
        pieces.append(piece)
        packed = member.unused_data
    return b"".join(pieces)

"""What a source address of a CloudTrail record is, as far as the text itself says."""

from __future__ import annotations

from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address


class AddressKind(StrEnum):
    """What kind of address a call came from."""

    PUBLIC = "a public address"
    PRIVATE = "a private address: the call came through a VPC endpoint"
    AWS_SERVICE = "an AWS service"
    INTERNAL = "inside AWS"
    UNKNOWN = "not an address"


def kind_of(address: str) -> AddressKind:
    """The kind of ``sourceIPAddress``: an IP address, the name of an AWS service, or ``AWS Internal``.

    See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
    """
    parsed = parsed_address(address)
    if parsed is not None:
        return AddressKind.PUBLIC if parsed.is_global else AddressKind.PRIVATE
    if address.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        return AddressKind.AWS_SERVICE
    return AddressKind.INTERNAL if address == "AWS Internal" else AddressKind.UNKNOWN


def parsed_address(address: str) -> IPv4Address | IPv6Address | None:
    """The IP address, or None for any other text."""
    try:
        return ip_address(address)
    except ValueError:
        return None

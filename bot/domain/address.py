"""What a source address of a CloudTrail record is, as far as the text itself says."""

from __future__ import annotations

from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# See: https://www.rfc-editor.org/rfc/rfc1918, https://www.rfc-editor.org/rfc/rfc6598 and https://www.rfc-editor.org/rfc/rfc4193
_PRIVATE = tuple(
    map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "fc00::/7"))
)


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
        return AddressKind.PRIVATE if any(parsed in net for net in _PRIVATE) else AddressKind.PUBLIC
    if address.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        return AddressKind.AWS_SERVICE
    return AddressKind.INTERNAL if address == "AWS Internal" else AddressKind.UNKNOWN


def parsed_address(address: str) -> IPv4Address | IPv6Address | None:
    """The IP address, or None for any other text."""
    try:
        return ip_address(address)
    except ValueError:
        return None

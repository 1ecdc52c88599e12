"""The CAs that web browsers and clients trust, read from the lists of roots that are installed with the product.

See: https://github.com/certifi/python-certifi
"""

from __future__ import annotations

import base64
import importlib.util
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.adapters.x509_fields import CertificateFields, certificate_fields
from bot.domain.ca_names import FamousNames, famous_names

# certifi is the list that is kept up; botocore always comes with an older one, which holds roots of former days.
_LISTS = ("certifi", "botocore")
_FILE = "cacert.pem"
_BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")


@dataclass(frozen=True, slots=True)
class PublicCas:
    """Public roots by fingerprint, by the hash of their key and by their compared name, and what they are called.

    ``lists`` are the packages whose lists were read; without any, nothing is known of public CAs.
    """

    lists: tuple[str, ...]
    by_sha256: Mapping[str, str]
    by_key: Mapping[str, str]
    by_subject: Mapping[object, tuple[CertificateFields, ...]]
    names: FamousNames


@cache
def public_cas() -> PublicCas:
    """Read every list that is installed, once."""
    found = {name: list(_roots(path)) for name in _LISTS for path in _list_file(name)}
    roots = {root.sha256: root for listed in found.values() for root in listed}
    by_subject: dict[object, tuple[CertificateFields, ...]] = {}
    for root in roots.values():
        by_subject[root.subject.compared] = (*by_subject.get(root.subject.compared, ()), root)
    return PublicCas(
        lists=tuple(found),
        by_sha256={sha256: root.subject.short() for sha256, root in roots.items()},
        by_key={root.public_key_sha256: root.subject.short() for root in roots.values()},
        by_subject=by_subject,
        names=famous_names(root.subject.attributes() for root in roots.values()),
    )


def _list_file(package: str) -> Iterator[Path]:
    # Found and not imported: a list is data, and a package that is missing is no mistake.
    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(folder) / _FILE).is_file():
            yield Path(folder) / _FILE


def _roots(path: Path) -> list[CertificateFields]:
    try:
        return [certificate_fields(base64.b64decode(block)) for block in _BLOCK.findall(path.read_bytes())]
    except (OSError, ValueError):
        return []

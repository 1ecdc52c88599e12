"""The CAs that web browsers and clients trust, read from the lists of roots that are installed with the product.

See: https://github.com/certifi/python-certifi
"""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from bot.adapters.x509_fields import tbs_fields
from bot.adapters.x509_names import attributes, short_name
from bot.domain.ca_names import FamousNames, famous_names

# certifi is the list that is kept up; botocore always comes with an older one, which holds roots of former days.
_LISTS = ("certifi", "botocore")
_FILE = "cacert.pem"


@dataclass(frozen=True, slots=True)
class PublicCas:
    """Public roots by fingerprint, by the hash of their key and by their name (DER), and what they are called.

    ``lists`` are the packages whose lists were read; without any, nothing is known of public CAs.
    """

    lists: tuple[str, ...]
    by_sha256: Mapping[str, str]
    by_key: Mapping[str, str]
    by_subject: Mapping[bytes, tuple[x509.Certificate, ...]]
    names: FamousNames


@cache
def public_cas() -> PublicCas:
    """Read every list that is installed, once."""
    found = {name: list(_roots(path)) for name in _LISTS for path in _list_file(name)}
    roots = {root.fingerprint(hashes.SHA256()).hex(): root for listed in found.values() for root in listed}
    by_subject: dict[bytes, tuple[x509.Certificate, ...]] = {}
    for root in roots.values():
        subject = tbs_fields(root).subject
        by_subject[subject] = (*by_subject.get(subject, ()), root)
    return PublicCas(
        lists=tuple(found),
        by_sha256={sha256: short_name(root.subject) for sha256, root in roots.items()},
        by_key={tbs_fields(root).public_key_sha256: short_name(root.subject) for root in roots.values()},
        by_subject=by_subject,
        names=famous_names(attributes(root.subject) for root in roots.values()),
    )


def _list_file(package: str) -> Iterator[Path]:
    # Found and not imported: a list is data, and a package that is missing is no mistake.
    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(folder) / _FILE).is_file():
            yield Path(folder) / _FILE


def _roots(path: Path) -> list[x509.Certificate]:
    # Old roots may have faults that the library warns of.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return x509.load_pem_x509_certificates(path.read_bytes())
        except (OSError, ValueError):
            return []

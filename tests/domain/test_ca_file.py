"""The CA's certificates as a file: each encoded anew, under a name that nobody chose."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from cryptography import x509

from bot.adapters.x509 import read_certificates
from bot.domain.ca_file import CaFile, ca_file
from bot.domain.case import Case
from bot.domain.detection import Anchor, Detection
from tests.certificates_shown import ca_shown
from tests.domain.test_reports import EVENT

FIRST, SECOND = ca_shown("First").pem, ca_shown("<!channel> https://evil.example").pem


def case_of(*blocks: str, before: Detection | None = None) -> Case:
    """A case whose newest event that shows a CA has these blocks."""
    detection = replace(EVENT, anchor=Anchor(certificates_pem=blocks))
    detections = (before, detection) if before else (detection,)
    return Case("AW-0123456789ABC", detections=detections, ca=read_certificates(blocks))


def file_of(case: Case) -> CaFile:
    """Its file."""
    file = ca_file(case)
    assert file is not None
    return file


def test_every_certificate_is_in_it_once_and_in_order() -> None:
    """What OpenSSL reads of the file is the bundle."""
    file = file_of(case_of(FIRST, SECOND, FIRST))
    read = x509.load_pem_x509_certificates(file.body)
    names = [str(attribute.value) for one in read for attribute in one.subject]
    assert (file.certificates, len(read)) == (2, 2)
    assert names == ["First", "<!channel> https://evil.example"]


def test_nothing_that_an_attacker_wrote_stands_in_the_open() -> None:
    """Text around and inside the blocks is gone; the name, the comment and the lines are ours."""
    strange = FIRST.replace("-----END", "\n\n-----END").replace("\n", " \n")
    file = file_of(case_of(SECOND, strange, "-----BEGIN CERTIFICATE-----\n<!channel>\n-----END CERTIFICATE-----"))
    lines = file.body.decode("ascii").splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9+/=]{1,64}|-----(BEGIN|END) CERTIFICATE-----", line) for line in lines)
    assert re.fullmatch(r"AW-0123456789ABC-ca-[0-9a-f]{8}\.pem", file.file_name)
    assert "channel" not in file.comment + file.file_name


@pytest.mark.parametrize("blocks", [(), ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",), ("é",)])
def test_without_a_certificate_there_is_no_file(blocks: tuple[str, ...]) -> None:
    """What can't be read as a certificate is not handed on."""
    assert ca_file(case_of(*blocks)) is None


def test_the_newest_ca_is_the_file() -> None:
    """An update to another CA makes another file with another name; an event that shows none changes nothing."""
    old = case_of(FIRST)
    new = case_of(SECOND, before=old.detection)
    silent = replace(new, detections=(*new.detections, EVENT))
    assert file_of(new).file_name != file_of(old).file_name
    assert file_of(silent) == file_of(new)

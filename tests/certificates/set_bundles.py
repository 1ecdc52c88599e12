"""Several certificates that belong together, or do not; and the ones that the world knows."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from functools import cache
from pathlib import Path

import certifi
from cryptography.hazmat.primitives.asymmetric import ec

from tests.certificates.armour import Case, block, bundle, of
from tests.certificates.keys import Key, ec_key
from tests.certificates.made import Label, Made, default_key, make, name

ROOT = name("CN=Chain Root,O=Example Corp,C=DE")
MIDDLE = name("CN=Chain Policy CA,O=Example Corp,C=DE")
SAME_KEY = "same_key_in_bundle:0 same_key_in_bundle:1"
LAST = name("CN=Chain Issuing CA,O=Example Corp,C=DE")


@cache
def _key(number: int) -> Key:
    return (default_key(), ec_key(ec.SECP384R1()), ec_key(ec.SECP521R1()), ec_key(ec.BrainpoolP256R1()))[number]


def _root(**more: object) -> Made:
    return make(subject=ROOT, **more)


def _middle(**more: object) -> Made:
    return make(**{"subject": MIDDLE, "issuer": ROOT, "key": _key(1), "signer": _key(0), "serial": 2, **more})


def _last(**more: object) -> Made:
    return make(**{"subject": LAST, "issuer": MIDDLE, "key": _key(2), "signer": _key(1), "serial": 3, **more})


def _chains() -> list[Case]:
    root, middle, last = _root(), _middle(), _last()
    stranger = make(subject=name("CN=Stranger"), key=_key(3))
    forged = _middle(signer=_key(3))

    def chain(case: str, *certificates: Made, findings: str = "") -> Case:
        return of(f"chain: {case}", bundle(*certificates), *certificates, findings=findings)

    return [
        chain("root and intermediate", root, middle),
        chain("intermediate and root", middle, root),
        chain("all three", root, middle, last),
        chain("all three, last first", last, middle, root),
        chain("all three, mixed", middle, last, root),
        chain("root and last, link missing", root, last, findings="missing_issuer:1 unrelated_certificates:"),
        chain("intermediate alone", middle, findings="missing_issuer:0"),
        chain("intermediate and last", middle, last, findings="missing_issuer:0"),
        chain("two roots", root, stranger, findings="unrelated_certificates:"),
        chain("chain and a stranger", root, middle, stranger, findings="unrelated_certificates:"),
        chain(
            "signed by another key under the root's name",
            root,
            forged,
            findings="missing_issuer:1 unrelated_certificates:",
        ),
        chain(
            "two of one root that is not there",
            middle,
            _last(issuer=ROOT, signer=_key(0)),
            findings="missing_issuer:0 missing_issuer:1",
        ),
        *_crossed(),
    ]


def _crossed() -> list[Case]:
    old, new = _root(), _root(key=_key(3), serial=9)
    new_with_old = make(subject=ROOT, key=_key(3), signer=_key(0), serial=10)
    old_with_new = make(subject=ROOT, key=_key(0), signer=_key(3), serial=11)
    other = make(subject=name("CN=Other Root"), key=_key(3))
    crossed = make(subject=ROOT, issuer=name("CN=Other Root"), signer=_key(3), serial=12)
    renewed = _root(serial=13, not_before="2025-01-01T00:00:00Z")
    same_key = make(subject=name("CN=Another Name"), serial=14)

    def case(title: str, *certificates: Made, findings: str = "") -> Case:
        return of(f"chain: {title}", bundle(*certificates), *certificates, findings=findings)

    return [
        case(
            "key rollover",
            old,
            new,
            new_with_old,
            old_with_new,
            findings=" ".join(f"same_key_in_bundle:{n}" for n in range(4)),
        ),
        case("new key signed by the old one", old, new_with_old),
        case("new key signed by the old one, alone", new_with_old, findings="missing_issuer:0"),
        case("cross-signed", other, crossed),
        case("cross-signed pair", _root(), crossed, other, findings=SAME_KEY),
        case("renewed with the same key", old, renewed, findings=SAME_KEY),
        case("same key under another name", old, same_key, findings=SAME_KEY),
        case("same name, other key", old, new, findings="unrelated_certificates:"),
    ]


def _web_root(fingerprint: str) -> bytes:
    text = Path(certifi.where()).read_text(encoding="ascii")
    every = (base64.b64decode(part.split("-----END")[0]) for part in text.split("-----BEGIN CERTIFICATE-----\n")[1:])
    return next(der for der in every if hashlib.sha256(der).hexdigest() == fingerprint)


WEB_ROOTS = (
    Label(
        subject="CN=Amazon Root CA 1,O=Amazon,C=US",
        issuer="CN=Amazon Root CA 1,O=Amazon,C=US",
        serial_hex="66c9fcf99bf8c0a39e2f0788a43e696365bca",
        sha256="8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",
        spki_sha256="fbe3018031f9586bcbf41727e417b7d1c45c2f47f93be372a17b96b50757d5a2",
        not_before="2015-05-26T00:00:00Z",
        not_after="2038-01-17T00:00:00Z",
        key_type="RSA",
        key_bits=2048,
        signature_algorithm="sha256WithRSAEncryption",
        is_ca=True,
        path_length=None,
        key_usage=("digitalSignature", "keyCertSign", "cRLSign"),
        self_issued=True,
        self_signed=True,
    ),
    Label(
        subject="CN=ISRG Root X1,O=Internet Security Research Group,C=US",
        issuer="CN=ISRG Root X1,O=Internet Security Research Group,C=US",
        serial_hex="8210cfb0d240e3594463e0bb63828b00",
        sha256="96bcec06264976f37460779acf28c5a7cfe8a3c0aae11a8ffcee05c0bddf08c6",
        spki_sha256="0b9fa5a59eed715c26c1020c711b4f6ec42d58b0015e14337a39dad301c5afc3",
        not_before="2015-06-04T11:04:38Z",
        not_after="2035-06-04T11:04:38Z",
        key_type="RSA",
        key_bits=4096,
        signature_algorithm="sha256WithRSAEncryption",
        is_ca=True,
        path_length=None,
        key_usage=("keyCertSign", "cRLSign"),
        self_issued=True,
        self_signed=True,
    ),
    Label(
        subject="CN=GlobalSign Root E46,O=GlobalSign nv-sa,C=BE",
        issuer="CN=GlobalSign Root E46,O=GlobalSign nv-sa,C=BE",
        serial_hex="11d2bbba336ed4bce62468c50d841d98e843",
        sha256="cbb9c44d84b8043e1050ea31a69f514955d7bfd2e2c6b49301019ad61d9f5058",
        spki_sha256="e04a022ce32f4ccf2c7f6046287b828a32a909f5e751447f83fd2c71f6fd8173",
        not_before="2019-03-20T00:00:00Z",
        not_after="2046-03-20T00:00:00Z",
        key_type="EC",
        key_bits=384,
        signature_algorithm="ecdsa-with-SHA384",
        is_ca=True,
        path_length=None,
        key_usage=("digitalSignature", "keyCertSign", "cRLSign"),
        self_issued=True,
        self_signed=True,
    ),
)
FAMOUS = {
    "Amazon": "CN=Amazon Root CA 1,O=Amazon,C=US",
    "DigiCert": "CN=DigiCert Global Root G2,OU=www.digicert.com,O=DigiCert Inc,C=US",
    "Let's Encrypt": "CN=ISRG Root X1,O=Internet Security Research Group,C=US",
    "GlobalSign": "CN=GlobalSign,O=GlobalSign,OU=GlobalSign Root CA - R3",
    "name of the root alone": "CN=Amazon Root CA 1",
    "other case": "CN=AMAZON ROOT CA 1,O=amazon,C=US",
    "one more unit": "CN=Amazon Root CA 1,OU=Example,O=Amazon,C=US",
}
TOOLS = {
    "OpenSSL": "O=Internet Widgits Pty Ltd,ST=Some-State,C=AU",
    "OpenSSL with a common name": "CN=my ca,O=Internet Widgits Pty Ltd,ST=Some-State,C=AU",
    "mkcert": "CN=mkcert ann@laptop (Ann),OU=ann@laptop (Ann),O=mkcert development CA",
    "step": "CN=Smallstep Root CA,O=Smallstep",
    "step with a name of one's own": "CN=Harbour Intermediate CA,O=Harbour",
    "cfssl": "CN=example.net,L=San Francisco,ST=CA,C=US",
    "minica": "CN=minica root ca 1f2e3d",
    "Vault": "CN=example.com",
    "Vault's tutorial": "CN=my-website.com",
}
PLAIN = {
    "a vault maker": "CN=Vault Door Systems Root CA,O=Vault Door Systems,C=NL",
    "steps": "CN=Footstep Root CA,O=Footstep Shoes",
    "an amazon of another kind": "CN=Amazonas Hotels CA,O=Amazonas Hotels,C=BR",
    "an example": "CN=Example Corp Root CA,O=Example Corp,C=DE",
}


def _known() -> list[Case]:
    cases = [
        of(f"famous: {kind}", _pem(text), _of(text), findings="imitates_public_ca:0") for kind, text in FAMOUS.items()
    ]
    cases += [of(f"tool: {kind}", _pem(text), _of(text), findings="tool_default:0") for kind, text in TOOLS.items()]
    cases += [of(f"plain: {kind}", _pem(text), _of(text)) for kind, text in PLAIN.items()]
    roots = [Made(_web_root(label.sha256), label) for label in WEB_ROOTS]
    return [*cases, *_borrowed(roots[0])] + [
        of(f"web root: {made.label.subject}", block(made.der), made, findings="public_root:0 long_lived_ca:0")
        for made in roots
    ]


def _borrowed(root: Made) -> list[Case]:
    """What somebody makes of a web root: its key in another certificate, its name as issuer, one bit of it changed."""
    spki = _web_root_key(root.der)
    carried = make(subject=name("CN=Ours"), key=Key(spki, "RSA", 2048, default_key().sign), signer=default_key())
    claimed = make(subject=name("CN=Ours"), issuer=name(root.label.subject), signer=_key(1))
    changed = root.der[:-1] + bytes((root.der[-1] ^ 1,))
    label = replace(root.label, sha256=hashlib.sha256(changed).hexdigest(), self_signed=False)
    return [
        of("web root: its key under another name", bundle(carried), carried, findings="public_root:0 missing_issuer:0"),
        of("web root: its name as issuer", bundle(claimed), claimed, findings="missing_issuer:0"),
        of(
            "web root: another signature",
            block(changed),
            Made(changed, label),
            findings="public_root:0 long_lived_ca:0 missing_issuer:0",
        ),
    ]


def _web_root_key(der: bytes) -> bytes:
    start = der.index(bytes.fromhex("30820122300d06092a864886f70d01010105000382010f00"))
    return der[start : start + 294]


def _of(text: str) -> Made:
    return make(subject=name(text))


def _pem(text: str) -> str:
    return bundle(_of(text))


def cases() -> list[Case]:
    """Every bundle, and every certificate that the world knows."""
    return [*_chains(), *_known()]

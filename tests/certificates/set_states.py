"""One good bundle, a root and the intermediate that it signed, in every state that people and tools leave it in."""

from __future__ import annotations

import base64
import json
import textwrap
import urllib.parse
from functools import cache

from tests.certificates.armour import Case, block, bundle, escaped, of, quoted, state, wrapped
from tests.certificates.der import explicit, integer, oid, sequence, set_of, tlv
from tests.certificates.made import Made, another_key, default_key, make, name

_LIMIT = 204_800


@cache
def root() -> Made:
    """The plain root."""
    return make()


@cache
def issued() -> Made:
    """An intermediate of the plain root."""
    return make(
        subject=name("CN=Issuing CA 1,O=Example Corp,C=DE"),
        issuer=name("CN=Test Anchor,O=Example Corp,C=DE"),
        key=another_key(),
        signer=default_key(),
        serial=0x77,
    )


def pkcs7(*certificates: Made) -> bytes:
    """A SignedData without content and signers that carries the certificates (RFC 5652, section 5)."""
    signed = sequence(
        integer(1),
        set_of(),
        sequence(oid("1.2.840.113549.1.7.1")),
        tlv(0xA0, *(made.der for made in certificates)),
        set_of(),
    )
    return sequence(oid("1.2.840.113549.1.7.2"), explicit(0, signed))


def trusted(made: Made) -> bytes:
    """A certificate with the trust settings that OpenSSL puts behind it."""
    auxiliary = sequence(sequence(oid("1.3.6.1.5.5.7.3.2")), tlv(0x0C, b"an alias"))
    return made.der + auxiliary


def _line_ends() -> list[Case]:
    both = root(), issued()
    text = bundle(*both)
    return [
        state("plain", text, *both),
        state("no last line end", text.rstrip(), *both),
        state("CRLF", text.replace("\n", "\r\n"), *both),
        state("CR only", text.replace("\n", "\r"), *both),
        state("CR CR LF", text.replace("\n", "\r\r\n"), *both),
        state("mixed line ends", text.replace("\n", "\r\n", 7), *both),
        state("byte order mark", "\ufeff" + text, *both),
        state("byte order mark and CRLF", "\ufeff" + text.replace("\n", "\r\n"), *both),
        state("byte order mark between blocks", block(root().der) + "\ufeff" + block(issued().der), *both),
        state("one line, spaces", text.replace("\n", " "), *both),
        state("one line, nothing between", text.replace("\n", ""), *both),
        state("one line, tabs", text.replace("\n", "\t"), *both),
        state("blank lines between all lines", text.replace("\n", "\n\n"), *both),
        state("indented", textwrap.indent(text, "        "), *both),
        state("indented with tabs", textwrap.indent(text, "\t"), *both),
        state("blanks at the ends of lines", text.replace("\n", "  \n"), *both),
        state("blanks behind each label", text.replace("-----\n", "-----   \n"), *both),
        state("no-break spaces for indentation", textwrap.indent(text, "\u00a0\u00a0"), *both),
        state("zero-width spaces from a web page", text.replace("\n", "\u200b\n"), *both),
        state("form feeds and vertical tabs", text.replace("\n", "\x0b\x0c\n"), *both),
        state("NEL and line separators", text.replace("\n", "\u2028"), *both),
        state("NUL behind it", text + "\0\0\0", *both),
        state("NUL between blocks", block(root().der) + "\0" + block(issued().der), *both),
        state("lines of 76", block(root().der, width=76), root()),
        state("lines of 48", block(root().der, width=48), root()),
        state("lines of 1", block(root().der, width=1), root()),
        state("lines of 10,000", block(root().der, width=10_000), root()),
        state("no padding", bundle(*both).replace("=", ""), *both),
        state("UTF-16, little end first", text.encode("utf-16"), *both),
        state("UTF-16, big end first", b"\xfe\xff" + text.encode("utf-16-be"), *both),
        state("UTF-16 without mark", text.encode("utf-16-le"), *both),
        state("UTF-32", text.encode("utf-32"), *both),
        state("Latin-1 comment", "# Schlüssel\n".encode("latin-1") + text.encode(), *both),
    ]


def _quoted() -> list[Case]:
    both = root(), issued()
    text = bundle(*both)
    document = {"source": {"sourceData": {"x509CertificateData": text}, "sourceType": "CERTIFICATE_BUNDLE"}}
    return [
        state("escaped line ends", escaped(text), *both),
        state("escaped CRLF", text.replace("\n", "\\r\\n"), *both),
        state("escaped twice", escaped(text, 2), *both),
        state("escaped three times", escaped(text, 3), *both),
        state("escaped and real line ends", text.replace("\n", "\\n\n"), *both),
        state("escaped line ends and byte order mark", "\ufeff" + escaped(text), *both),
        state("JSON string", quoted(text), *both),
        state("JSON string of a JSON string", quoted(quoted(text)), *both),
        state("JSON with escaped solidus", quoted(text).replace("/", "\\/"), *both),
        state("JSON with escaped plus and equals", quoted(text).replace("+", "\\u002b").replace("=", "\\u003d"), *both),
        state("JSON document", json.dumps(document), *both),
        state("JSON document, indented", json.dumps(document, indent=2), *both),
        state("JSON document in a JSON string", quoted(json.dumps(document)), *both),
        state("JSON list of lines", json.dumps(text.splitlines(), indent=1), *both),
        state("JSON list of blocks", json.dumps([block(made.der) for made in both]), *both),
        state("Java map text", "{source={sourceData={x509CertificateData=" + text + "}, sourceType=X}}", *both),
        state("shell variable", f"export CA='{text}'\n", *both),
        state("dotenv, double quotes", f'CA="{escaped(text)}"\n', *both),
        state("single quotes", f"'{text}'", *both),
        state("YAML", "ca: |\n" + textwrap.indent(text, "    "), *both),
        state("Terraform", "x509_certificate_data = <<-EOT\n" + textwrap.indent(text, "  ") + "EOT\n", *both),
        state("XML", f"<ca><![CDATA[{text}]]></ca>", *both),
        state("HTML line breaks", text.replace("\n", "<br>\n"), *both),
        state("Python lines", "\n".join(f'    "{line}\\n"' for line in text.splitlines()), *both),
        state("C lines with continuation", text.replace("\n", "\\n\\\n"), *both),
        state("mail quotation", textwrap.indent(text, "> "), *both),
        state("percent-encoded", urllib.parse.quote(text), *both),
        state("percent-encoded, spaces as plus", urllib.parse.quote_plus(text), *both),
        state("base64 of PEM", base64.b64encode(text.encode()), *both),
        state(
            "kubeconfig", "    certificate-authority-data: " + base64.b64encode(text.encode()).decode() + "\n", *both
        ),
    ]


def _around() -> list[Case]:
    both = root(), issued()
    first, second = (block(made.der) for made in both)
    bag = "Bag Attributes\n    localKeyID: 01 00 00 00\n    friendlyName: {0}\nsubject=CN = x\n\nissuer=CN = y\n\n"
    printed = "Certificate:\n    Data:\n        Version: 3 (0x2)\n        Serial Number: 1 (0x1)\n"
    client = (
        "CONNECTED(00000003)\ndepth=1 CN = Test Anchor\nverify error:num=19:self-signed certificate\n---\n"
        "Certificate chain\n 0 s:CN = Issuing CA 1\n   i:CN = Test Anchor\n"
    )
    rest = "---\nServer certificate\nsubject=CN = a\n---\nSSL handshake has read 3 bytes\n---\nDONE\n"
    return [
        state("comments around", f"# ours\n{first}# theirs\n{second}# end\n", *both),
        state("sourceType text in a comment", f"sourceType=AWS_ACM_PCA\n{first}", root()),
        state("dashes in a comment", f"----- begin of the bundle -----\n{first}-----\n{second}--------\n", *both),
        state("openssl s_client", f"{client}{first} 1 s:CN = b\n   i:CN = b\n{second}{rest}", *both),
        state("PKCS #12 export", bag.format("a") + first + bag.format("b") + second, *both),
        state("openssl x509 -text", printed + first + printed + second, *both),
        state("label and underline", f"Test Anchor\n===========\n{first}", root()),
        state(
            "header lines in the block", first.replace("-----\n", "-----\nSubject: CN=a\nIssuer: CN=b\n\n", 1), root()
        ),
        state("comment behind the label", first.replace("-----\n", "----- # the root\n", 1), root()),
        state("Unicode around", f"Größe 🐙 \u202e\n{first}\u2066", root()),
        state("two blocks on one line", first.rstrip("\n") + second, *both),
        state("END and BEGIN on one line", (first + second).replace("-----\n-----BEGIN", "----------BEGIN"), *both),
    ]


def _labels() -> list[Case]:
    both = root(), issued()
    text = bundle(*both)
    return [
        state("TRUSTED CERTIFICATE with trust settings", block(trusted(root()), "TRUSTED CERTIFICATE"), root()),
        state("TRUSTED CERTIFICATE without", block(root().der, "TRUSTED CERTIFICATE"), root()),
        state("X509 CERTIFICATE", block(root().der, "X509 CERTIFICATE"), root()),
        state(
            "lower-case labels", text.replace("BEGIN CERTIFICATE", "begin certificate").replace("END C", "end c"), *both
        ),
        state("mixed-case labels", text.replace("CERTIFICATE", "Certificate"), *both),
        state(
            "blanks inside the dashes", text.replace("-----BEGIN", "----- BEGIN").replace("TE-----", "TE -----"), *both
        ),
        state("four dashes", text.replace("-----", "----"), *both),
        state("six dashes", text.replace("-----", "------"), *both),
        state("dashes that a word processor made", text.replace("-----", "\u2014\u2013\u2014"), *both),
        state("two blanks in the label", text.replace("BEGIN CERT", "BEGIN  CERT"), *both),
        state("PKCS7", block(pkcs7(*both), "PKCS7"), *both),
        state("PKCS #7 SIGNED DATA", block(pkcs7(*both), "PKCS #7 SIGNED DATA"), *both),
        state("CMS", block(pkcs7(*both), "CMS"), *both),
        state("PKCS7 under CERTIFICATE", block(pkcs7(*both)), *both),
        state("DER", root().der, root()),
        state("DER, two together", root().der + issued().der, *both),
        state("DER of PKCS7", pkcs7(*both), *both),
        state("base64 alone, one line", base64.b64encode(root().der), root()),
        state("base64 alone, wrapped", wrapped(root().der), root()),
        state("base64 alone, CRLF", wrapped(root().der).replace("\n", "\r\n") + "\r\n", root()),
        state(
            "base64 alone in JSON (x5c)", json.dumps({"x5c": [base64.b64encode(m.der).decode() for m in both]}), *both
        ),
    ]


def _sizes() -> list[Case]:
    text = bundle(root())
    many = [make(serial=serial, subject=name(f"CN=Anchor {serial}")) for serial in range(0x100, 0x164)]
    same_keys = " ".join(f"same_key_in_bundle:{place}" for place in range(100))
    none, long = "no_certificate", "too_long"
    line = "-----BEGIN CERTIFICATE-----\n"
    return [
        state("204,800 characters", "#" * (_LIMIT - len(text) - 1) + "\n" + text, root()),
        of("size: 204,801 characters", "#" * (_LIMIT - len(text)) + "\n" + text, root(), errors=long),
        of("size: 1 MiB of text before", "#\n" * (1 << 19) + text, errors=f"{long} {none}"),
        of("size: 1 MiB of BEGIN lines", line * 37_450, errors=f"{'broken_block ' * 64} {long} {long} {none}"),
        of("size: 1 MiB of dashes", "-" * (1 << 20), errors=f"{long} {none}"),
        of("size: 1 MiB of zeros", b"\0" * (1 << 20), errors=none),
        of("size: a hundred certificates", bundle(*many), *many, findings=same_keys),
        of("size: nothing", b"", errors=none),
        of("size: white space", " \r\n\t\n", errors=none),
        of("size: byte order mark", b"\xef\xbb\xbf", errors=none),
        of("size: a sentence", "There is no certificate here.\n", errors=none),
        of("size: bytes that are no text", bytes(range(256)), errors=none),
        of("duplicate_certificate: the same block twice", text + text, root(), findings="duplicate_certificate:0"),
        of(
            "duplicate_certificate: other line ends",
            text + text.replace("\n", "\r\n"),
            root(),
            findings="duplicate_certificate:0",
        ),
    ]


def cases() -> list[Case]:
    """Every state of good certificates."""
    return [*_line_ends(), *_quoted(), *_around(), *_labels(), *_sizes()]

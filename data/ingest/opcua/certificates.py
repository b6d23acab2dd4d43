"""Certificates: our own, made on the first start, and the pinned ones of servers."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from asyncua.crypto.cert_gen import generate_private_key, generate_self_signed_app_certificate
from asyncua.crypto.uacrypto import pem_from_key
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from data.ingest.sources import SourceLost

#: As long as plants want to leave such things alone; a new one has to be accepted by each server.
_DAYS = 3650

#: A test of the connection may run beside a source that begins.
_making = Lock()


def made_once(certificate: Path, private_key: Path) -> None:
    """Make a key and a certificate of this application where they are not there yet."""
    with _making:
        if not (certificate.is_file() and private_key.is_file()):
            _make(certificate, private_key)


def _make(certificate: Path, private_key: Path) -> None:
    certificate.parent.mkdir(parents=True, exist_ok=True)
    host = socket.gethostname()
    key = generate_private_key()
    names = [x509.UniformResourceIdentifier(f"urn:{host}:meltwatch"), x509.DNSName(host)]
    made = generate_self_signed_app_certificate(
        key, "Meltwatch", {}, names, [ExtendedKeyUsageOID.CLIENT_AUTH], _DAYS
    )
    _write(private_key, pem_from_key(key))
    _write(certificate, made.public_bytes(serialization.Encoding.DER))


def application_uri(certificate: x509.Certificate) -> str:
    """The URI that a certificate is for: an application must call itself by it."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ""
    found = names.value.get_values_for_type(x509.UniformResourceIdentifier)
    return found[0] if found else ""


def load(path: Path) -> x509.Certificate:
    """A certificate of a PEM or DER file. Raises SourceLost."""
    try:
        raw = path.read_bytes()
        pem = b"-----BEGIN" in raw
        return x509.load_pem_x509_certificate(raw) if pem else x509.load_der_x509_certificate(raw)
    except (OSError, ValueError) as error:
        raise SourceLost(f"{path} is no certificate that can be read: {error}") from error


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 as openssl and most servers show it."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def check_server(offered: x509.Certificate, trusted: Iterable[Path], rejected: Path) -> None:
    """Raises SourceLost unless the server's certificate is one of `trusted` and in its time.

    One that is not known is written to `rejected`, for a person to look at and to trust.
    """
    prints = {fingerprint(load(path)) for path in trusted}
    if fingerprint(offered) not in prints:
        rejected.parent.mkdir(parents=True, exist_ok=True)
        _write(rejected, offered.public_bytes(serialization.Encoding.DER))
        raise SourceLost(
            f"the server's certificate ({_name(offered)}, SHA256 {fingerprint(offered)}) is not "
            f"trusted: compare that at the server, then copy {rejected} and name it in trusted"
        )
    _check_time(offered, f"the server's certificate ({_name(offered)})")


def check_own(certificate: x509.Certificate, path: Path) -> None:
    """Raises SourceLost if our own certificate is out of its time."""
    _check_time(certificate, f"our certificate {path}")


def _check_time(certificate: x509.Certificate, what: str) -> None:
    now = datetime.now(UTC)
    since, until = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now > until:
        raise SourceLost(f"{what} has expired on {until:%Y-%m-%d}: it must be renewed")
    if now < since:
        raise SourceLost(f"{what} is valid from {since:%Y-%m-%d %H:%M} UTC only: check the clocks")


def _name(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return f"CN={names[0].value!s}" if names else "without a name"


def _write(path: Path, content: bytes) -> None:
    """Readable by nobody else, and whole or not at all."""
    partial = path.with_suffix(path.suffix + ".partial")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)

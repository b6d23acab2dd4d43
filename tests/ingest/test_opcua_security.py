"""Whom an OPC UA source trusts and who it says that it is; every refusal is one clear line."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asyncua.crypto.cert_gen import generate_private_key
from asyncua.crypto.uacrypto import pem_from_key
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from data.errors import MappingError
from data.ingest.opcua.certificates import fingerprint, load
from data.ingest.sources import SourceLost
from tests.ingest.opcua_made import Served, made, served
from tests.stack import free_port


def certify(folder: Path, name: str, days: int = 30) -> tuple[Path, Path]:
    """A self-signed certificate that expires in `days`, and its key."""
    key = generate_private_key()
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=40))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(
            x509.SubjectAlternativeName([x509.UniformResourceIdentifier(f"urn:{name}")]), False
        )
        .sign(key, hashes.SHA256())
    )
    certificate, private_key = folder / f"{name}.der", folder / f"{name}.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.DER))
    private_key.write_bytes(pem_from_key(key))
    return certificate, private_key


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("server")
    certificate, key = certify(folder, "plc")
    user, _ = certify(folder, "user")
    options = {
        "user_certificate": str(user),
        "user": "anna",
        "password": "swordfish",
        "extruders": 1,
        "history": False,
    }
    with served(folder, certificate=str(certificate), private_key=str(key), **options) as one:
        yield one


SECURE = {"security": "Basic256Sha256", "user": "anna", "password": "swordfish"}


def refused(folder: Path, server: Served, **keys: object) -> str:
    source, _ = made(folder, server.url, **keys)
    with pytest.raises(SourceLost) as error:
        source.test()
    assert "\n" not in str(error.value)
    assert "swordfish" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    ("policy", "mode"),
    [
        ("Basic256Sha256", "SignAndEncrypt"),
        ("Basic256Sha256", "Sign"),
        ("Aes128Sha256RsaOaep", "SignAndEncrypt"),
        ("Aes256Sha256RsaPss", "SignAndEncrypt"),
    ],
)
def test_a_protected_channel_to_a_pinned_server(
    tmp_path: Path, server: Served, policy: str, mode: str
) -> None:
    keys = SECURE | {"security": policy, "mode": mode, "trusted": [server.options["certificate"]]}
    source, about = made(tmp_path, server.url, **keys)
    told = source.test()
    assert f"{policy}, {mode}: 1 extruders" in told.summary
    assert (about.folder / "client.pem").stat().st_mode & 0o077 == 0
    before = (about.folder / "client.der").read_bytes()
    source.test()
    assert (about.folder / "client.der").read_bytes() == before


def test_an_unknown_server_is_refused_until_a_person_trusts_it(
    tmp_path: Path, server: Served
) -> None:
    told = refused(tmp_path, server, **SECURE)
    print_ = fingerprint(load(Path(server.options["certificate"])))
    rejected = tmp_path / "sources" / "plant" / "rejected.der"
    assert f"CN=plc, SHA256 {print_}" in told
    assert f"copy {rejected} and name it in trusted" in told
    shutil.copy(rejected, tmp_path / "plc.der")
    source, _ = made(tmp_path, server.url, **SECURE, trusted=[str(tmp_path / "plc.der")])
    assert "1 extruders" in source.test().summary


def test_another_certificate_than_the_pinned_one_is_refused(tmp_path: Path, server: Served) -> None:
    other, _ = certify(tmp_path, "other")
    assert "is not trusted" in refused(tmp_path, server, **SECURE, trusted=[str(other)])


def test_expired_certificates_are_named(tmp_path: Path) -> None:
    certificate, key = certify(tmp_path, "old", days=-3)
    day = f"{datetime.now(UTC) - timedelta(days=3):%Y-%m-%d}"
    options = {"certificate": str(certificate), "private_key": str(key), "extruders": 0}
    with served(tmp_path, **options) as one:
        told = refused(tmp_path, one, security="Basic256Sha256", trusted=[str(certificate)])
        assert told == f"the server's certificate (CN=old) has expired on {day}: it must be renewed"
        ours = {"certificate": str(certificate), "private_key": str(key)}
        told = refused(tmp_path, one, security="Basic256Sha256", **ours)
        assert told == f"our certificate {certificate} has expired on {day}: it must be renewed"


def test_wrong_users_are_told_without_their_password(tmp_path: Path, server: Served) -> None:
    trusted = {"trusted": [server.options["certificate"]]}
    wrong = SECURE | trusted | {"password": "sword-fish"}
    assert "refuses user 'anna' or the password" in refused(tmp_path, server, **wrong)
    nobody = {"security": "Basic256Sha256"} | trusted
    assert "refuses who does not sign in" in refused(tmp_path, server, **nobody)
    plain = {"user": "anna", "password": "swordfish", "plain_password": True}
    assert "not protected" in made(tmp_path, server.url, **plain)[0].test().summary


def test_a_certificate_signs_in(tmp_path: Path, server: Served) -> None:
    trusted = {"security": "Basic256Sha256", "trusted": [server.options["certificate"]]}
    path = Path(server.options["user_certificate"])
    who = {"user_certificate": str(path), "user_key": str(path.with_suffix(".pem"))}
    source, _ = made(tmp_path, server.url, **trusted, **who)
    assert "1 extruders" in source.test().summary
    other, key = certify(tmp_path, "other")
    who = {"user_certificate": str(other), "user_key": str(key)}
    told = refused(tmp_path, server, **trusted, **who)
    assert told.startswith(f"the server refuses the user certificate {other} (Bad")


def test_what_a_server_does_not_offer_is_told(tmp_path: Path, server: Served) -> None:
    keys = SECURE | {"security": "Aes128Sha256RsaOaep", "mode": "Sign"}
    told = refused(tmp_path, server, **keys)
    assert told == "the server does not offer security Aes128Sha256RsaOaep with Sign"


def test_a_server_that_is_not_there_is_told(tmp_path: Path, server: Served) -> None:
    away, _ = made(tmp_path, f"opc.tcp://127.0.0.1:{free_port()}/")
    with pytest.raises(SourceLost, match="nobody listens there"):
        away.test()
    unknown, _ = made(tmp_path, "opc.tcp://no-such-host.invalid:4840/")
    with pytest.raises(SourceLost, match="no such host"):
        unknown.test()


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"url": "http://plc:4840"}, "url = 'http://plc:4840': expected opc.tcp://"),
        ({"url": "opc.tcp://anna:secret@plc:4840"}, "without an account"),
        ({"security": "Basic128"}, "security = 'Basic128': expected 'None' or"),
        ({"user": "anna", "password": "x"}, "plain_password = true"),
        ({"certificate": "/nowhere.der"}, "certificate = '/nowhere.der': expected a file"),
        ({"security": "Basic256Sha256", "trusted": ["/nowhere"]}, "trusted = '/nowhere'"),
        ({"trusted": ["/nowhere"]}, "nothing is protected by None"),
        ({"queue_size": 0}, "queue_size = 0"),
    ],
)
def test_wrong_keys_are_named(tmp_path: Path, keys: dict[str, object], told: str) -> None:
    with pytest.raises(MappingError) as error:
        made(tmp_path, **({"url": "opc.tcp://plc:4840"} | keys))  # type: ignore[arg-type]
    assert told in str(error.value)

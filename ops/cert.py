"""`make cert HOST=…`: a certificate authority of our own and a certificate for an intranet's names or addresses.

Browsers give secure cookies, the camera and offline pages only to HTTPS once the address is not loopback. The authority
is made once; install `ca.pem` on the machines that visit.
"""

import datetime as dt
import ipaddress
import os
import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ops import environment
from ops.failures import CannotGoOn, said_plainly

AUTHORITY_DAYS = 3650
SITE_DAYS = 397  # the longest that browsers accept
Key = ec.EllipticCurvePrivateKey


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(subject: str, issuer: x509.Name, key: Key, days: int) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=days))
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    names = (
        "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "encipher_only", "decipher_only",
    )  # fmt: skip
    chosen = {"digital_signature": not authority, "key_cert_sign": authority, "crl_sign": authority}
    return x509.KeyUsage(**chosen, **dict.fromkeys(names, False))


def _write(folder: Path, name: str, certificate: x509.Certificate, key: Key) -> None:
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for file, content, mode in (
        (folder / f"{name}-key.pem", text, 0o600),
        (folder / f"{name}.pem", certificate.public_bytes(serialization.Encoding.PEM), 0o644),
    ):
        file.unlink(missing_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
            stream.write(content)


def authority(folder: Path) -> tuple[x509.Certificate, Key]:
    """Return the certificate authority of `folder` and its key, made if there is none."""
    if (folder / "ca.pem").exists():
        key = serialization.load_pem_private_key((folder / "ca-key.pem").read_bytes(), None)
        if not isinstance(key, Key):
            raise CannotGoOn(f"{folder / 'ca-key.pem'} 不是本程序生成的密钥：请移走 {folder} 后重试。")
        return x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes()), key
    key = ec.generate_private_key(ec.SECP256R1())
    name = "应安内网证书颁发机构"
    certificate = (
        _builder(name, _name(name), key, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(folder, "ca", certificate, key)
    return certificate, key


def site(folder: Path, hosts: list[str]) -> None:
    """Make the certificate of the sites for these names and addresses, loopback always among them."""
    issuer, signer = authority(folder)
    key = ec.generate_private_key(ec.SECP256R1())
    names = [_general_name(host) for host in dict.fromkeys([*hosts, "localhost", "127.0.0.1"])]
    certificate = (
        _builder(hosts[0], issuer.subject, key, SITE_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
    _write(folder, "site", certificate, key)


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def main() -> int:
    """Make the certificate and say what to put where."""
    hosts = sys.argv[1:] or ["localhost"]
    folder = Path(environment.ensure()["VAR_DIR"]) / "tls"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    site(folder, hosts)
    print(f"证书已生成（{'、'.join(hosts)}，{SITE_DAYS} 天）。请把下面几行写进 .env 的上半部分，再重新 make run：\n")
    print(f"TLS_CERT={folder / 'site.pem'}\nTLS_KEY={folder / 'site-key.pem'}\nTLS_CA={folder / 'ca.pem'}")
    print(f"WEB_HOST=0.0.0.0\nPUBLIC_URL=https://{hosts[0]}:8000\nIDENTITY_URL=https://{hosts[0]}:8001\n")
    print(f"并把 {folder / 'ca.pem'} 作为受信任的根证书装到访问平台的电脑上。")
    return 0


if __name__ == "__main__":
    sys.exit(said_plainly(main))

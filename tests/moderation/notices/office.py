"""A studio of tests with notices in it, and way stations of its own: a post office and a webhook's receiver that speak TLS."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from moderation.notices.board import Board
from tests.moderation.scene import Scene

SITE = "https://studio.example"


def board_of(scene: Scene, home: Path, *, demo: bool = False) -> Board:
    """The notices of a scene; their links are signed with a secret of the test's."""
    return Board(scene.database, home / "keys", lambda: "s" * 64, demo=demo)


def certificate(folder: Path, *names: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate for these hosts, and a client's that trusts nothing else."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    alike = [x509.IPAddress(ip_address(one)) if one[0].isdigit() else x509.DNSName(one) for one in names]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(alike), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    plain = serialization.NoEncryption()
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    client = ssl.create_default_context(cadata=made.public_bytes(serialization.Encoding.PEM).decode())
    return server, client


@dataclass
class Heard:
    """What arrived at a server of ours: each connection's bytes."""

    port: int = 0
    seen: list[bytes] = field(default_factory=list)


@contextmanager
def serving(tls: ssl.SSLContext, talk: Callable[[ssl.SSLSocket, Heard], None]) -> Iterator[Heard]:
    """A server on this machine that talks with everybody who connects over TLS."""
    listener = socket.create_server(("127.0.0.1", 0))
    heard = Heard(listener.getsockname()[1])

    def work() -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            try:
                with tls.wrap_socket(plain, server_side=True) as connection:
                    talk(connection, heard)
            except OSError:
                plain.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield heard
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def answering(status: bytes) -> Callable[[ssl.SSLSocket, Heard], None]:
    """Takes one HTTP request and answers it."""

    def talk(connection: ssl.SSLSocket, heard: Heard) -> None:
        got = b""
        while b"\r\n\r\n" not in got:
            got += connection.recv(65536)
        head, _, body = got.partition(b"\r\n\r\n")
        length = int(next(line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")))
        while len(body) < length:
            body += connection.recv(65536)
        heard.seen.append(head + b"\r\n\r\n" + body)
        connection.sendall(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")

    return talk


def posting(answers: dict[bytes, bytes]) -> Callable[[ssl.SSLSocket, Heard], None]:
    """Speaks SMTP; `answers` gives a verb another answer than 250."""

    def talk(connection: ssl.SSLSocket, heard: Heard) -> None:
        connection.sendall(b"220 here\r\n")
        file, letter = connection.makefile("rb"), b""
        for line in file:
            verb = line.split()[0].upper() if line.split() else b""
            letter += line
            if verb == b"EHLO":
                connection.sendall(b"250-here\r\n250 AUTH PLAIN\r\n")
            elif verb == b"DATA":
                connection.sendall(b"354 go on\r\n")
                while (line := file.readline()) not in (b".\r\n", b""):
                    letter += line
                connection.sendall(answers.get(b"DATA", b"250 taken") + b"\r\n")
            elif verb == b"QUIT":
                connection.sendall(b"221 bye\r\n")
                break
            else:
                connection.sendall(answers.get(verb, b"235 in" if verb == b"AUTH" else b"250 good") + b"\r\n")
        heard.seen.append(letter)

    return talk

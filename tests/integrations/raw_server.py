"""A server that says exactly what a test tells it to, byte for byte, and not one byte more."""

import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


class Here:
    """Every origin on this machine, as if the settings named it."""

    def __contains__(self, origin: object) -> bool:
        return str(origin).startswith(("http://127.0.0.1:", "https://127.0.0.1:"))


HERE = Here()
Step = bytes | float  # bytes to send, or seconds to be silent


@dataclass(slots=True)
class RawServer:
    """Where it listens, the requests that it read, and how many times it said something."""

    url: str
    requests: list[bytes] = field(default_factory=list)
    said: int = 0


@contextmanager
def serving(*steps: Step) -> Iterator[RawServer]:
    """Answer every connection with these steps, then close it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = RawServer(url=f"http://127.0.0.1:{listener.getsockname()[1]}")
        thread = threading.Thread(target=_accept, args=(listener, server, steps), daemon=True)
        thread.start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(30)


@contextmanager
def unvouched(folder: Path, *steps: Step) -> Iterator[RawServer]:
    """Answer as `serving` does, over TLS, in the name of somebody for whom nobody vouches."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_signed_by_itself(folder / "anybody.pem"))
    with socket.create_server(("127.0.0.1", 0)) as plain, context.wrap_socket(plain, server_side=True) as listener:
        server = RawServer(url=f"https://127.0.0.1:{listener.getsockname()[1]}")
        threading.Thread(target=_accept, args=(listener, server, steps), daemon=True).start()
        yield server


def answer(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """Return a whole answer; more headers as "Name: value"."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def closed_port() -> int:
    """Return a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _accept(listener: socket.socket, server: RawServer, steps: Iterable[Step]) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:  # the test is over
            return
        with connection, suppress(OSError):
            server.requests.append(connection.recv(65_536))
            for step in steps:
                if isinstance(step, bytes):
                    connection.sendall(step)
                    server.said += 1
                else:
                    time.sleep(step)


def _signed_by_itself(file: Path) -> Path:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "anybody")])
    begin = datetime.now(UTC) - timedelta(days=1)
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    built = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), begin, begin + timedelta(days=9)
    )
    chain = built.add_extension(here, critical=False).sign(key, hashes.SHA256())
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + chain.public_bytes(Encoding.PEM))
    return file

"""When a TLS certificate ends: that of a server by its URL, or that of a file."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from engine.model.instant import SECOND_US, Instant, to_us
from engine.regular_file import read_regular

_SECONDS = 5.0
_LARGEST = 1 << 20  # bytes; a chain of certificates is a fraction of it


def end_of_server(url: str, context: ssl.SSLContext | None = None) -> Instant:
    """Ask the server of a URL for its certificate, and return when that ends.

    Args:
        url: A URL that begins with https://.
        context: Which authorities are trusted; None for those of this machine.

    Raises:
        OSError: The server cannot be reached, or its certificate is not valid now.
    """
    parts = urlsplit(url)
    host, trusted = parts.hostname or "", context or ssl.create_default_context()
    with (
        socket.create_connection((host, parts.port or 443), _SECONDS) as plain,
        trusted.wrap_socket(plain, server_hostname=host) as secure,
    ):
        certificate = secure.getpeercert() or {}
    return int(ssl.cert_time_to_seconds(str(certificate["notAfter"]))) * SECOND_US


def end_of_file(path: Path) -> Instant:
    """Return when the first certificate of a PEM file ends.

    Raises:
        OSError: The file cannot be read.
        ValueError: It holds no certificate.
    """
    # Imported here because commands that read the settings alone do without it.
    from cryptography import x509  # noqa: PLC0415

    certificate = x509.load_pem_x509_certificate(read_regular(path, _LARGEST))
    return to_us(certificate.not_valid_after_utc)

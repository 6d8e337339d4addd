"""The certificate with which a server of ours speaks TLS."""

from __future__ import annotations

import ssl

import structlog

from engine.errors import UserError
from engine.model.settings import ConsoleTls

_log = structlog.get_logger()


class ServerCertificate:
    """A certificate and its key; `context` gives new connections the one that was read last."""

    def __init__(self, files: ConsoleTls) -> None:
        """Read the files.

        Args:
            files: Where they are.

        Raises:
            UserError: They cannot be read, or the key is not that of the certificate.
        """
        self._files = files
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._load(self.context)

    def read_again(self) -> bool:
        """Read the files again, and keep the certificate so far if they are wrong."""
        try:
            # A wrong pair would leave half of it in the context that serves.
            self._load(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
            self._load(self.context)
        except UserError as error:
            _log.error("the certificate so far stays in use", why=str(error))
            return True
        _log.info("the console's certificate is read again")
        return True

    def _load(self, context: ssl.SSLContext) -> None:
        try:
            context.load_cert_chain(self._files.cert, self._files.key, password=_no_password)
        except (OSError, ssl.SSLError) as error:
            why = error.strerror or type(error).__name__
            raise UserError(f"A file of tls: of console: cannot be used: {why}.") from None


def _no_password() -> str:
    """Return no password, because OpenSSL would ask for one at the terminal."""
    return ""

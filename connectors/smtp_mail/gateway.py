"""E-mails through a mail server, by SMTP with TLS; only this module imports smtplib."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import format_datetime

from engine.model.instant import from_us
from engine.model.mail_settings import MailSettings
from engine.model.message import Outgoing, SendResult

_TIMEOUT = 10.0  # seconds; a lease of the outbox counts on it


class SmtpMail:
    """Hands e-mails to a mail server, one connection each; they are rare."""

    name = "smtp_mail"
    parallel = True

    def __init__(self, settings: MailSettings, environ: Mapping[str, str]) -> None:
        """Read the password; nothing is sent yet.

        Raises:
            UserError: The password is missing.
        """
        self._settings = settings
        self._password = settings.password.read(environ) if settings.password else None
        self._context = ssl.create_default_context(
            cafile=str(settings.ca_file) if settings.ca_file else None
        )

    def send(self, message: Outgoing) -> SendResult:
        """Hand over one message. A server that takes no TLS gets none."""
        handed_over = False
        try:
            with self._signed_in() as server:
                handed_over = True
                server.send_message(self._written(message))
        except smtplib.SMTPRecipientsRefused as error:
            return _answered(max(code for code, _ in error.recipients.values()))
        except smtplib.SMTPResponseException as error:
            # A name or password that is refused may be put right.
            return _answered(error.smtp_code if handed_over else 0)
        except (OSError, smtplib.SMTPException) as error:
            said = type(error).__name__
            if handed_over:
                return SendResult("unknown", error_text=said, answered=False)
            return SendResult("retry", error_text=said, answered=False)
        return SendResult("accepted")

    def look_up(self, message: Outgoing) -> SendResult | None:
        """Return None: no server says what it took, and the same Message-ID shows once."""
        return None

    def examine(self) -> tuple[bool, str]:
        """Return whether the server lets us in, and a sentence for `doctor`; nothing is sent."""
        host = self._settings.host
        try:
            with self._signed_in():
                return True, f"The mail server {host} lets us in."
        except (OSError, smtplib.SMTPException) as error:
            why = f"{type(error).__name__} {getattr(error, 'smtp_code', '')}".rstrip()
            return False, f"The mail server {host} does not let us in ({why}), so no e-mail goes."

    @contextmanager
    def _signed_in(self) -> Iterator[smtplib.SMTP]:
        with self._connected() as server:
            if self._settings.user and self._password is not None:
                server.login(self._settings.user, self._password)
            yield server

    def _connected(self) -> smtplib.SMTP:
        host, port = self._settings.host, self._settings.port
        if self._settings.security == "tls":
            return smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT, context=self._context)
        server = smtplib.SMTP(host, port, timeout=_TIMEOUT)
        server.starttls(context=self._context)
        return server

    def _written(self, message: Outgoing) -> EmailMessage:
        subject, _, body = message.body.partition("\n\n")
        domain = self._settings.sender.partition("@")[2]
        written = EmailMessage()
        written["From"] = self._settings.sender
        written["To"] = message.to
        written["Subject"] = subject
        written["Date"] = format_datetime(from_us(message.created_at))
        written["Message-ID"] = f"<handrail-{message.id}-{message.created_at}@{domain}>"
        # Machines that answer for people who are away leave it alone.
        written["Auto-Submitted"] = "auto-generated"
        written.set_content(body)
        return written


def _answered(code: int) -> SendResult:
    """Return the outcome of a refusal: a code of 500 and more is for good, others are not."""
    return SendResult("refused" if code >= 500 else "retry", error_code=str(code))

"""A small identity provider over HTTP, which can behave badly in every way that we know."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "handrail", "a secret between two programs"
KEY = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"})

Claims = dict[str, Any]


def well(claims: Claims) -> str:
    """The identity token as a good provider makes it."""
    return jwt.encode({"alg": "RS256", "kid": "1"}, claims, KEY)


def changed(**changes: object) -> Callable[[Claims], str]:
    """One whose claims differ; None takes a claim away."""

    def made(claims: Claims) -> str:
        kept = {name: value for name, value in (claims | changes).items() if value is not None}
        return well(kept)

    return made


def by_another_key(claims: Claims) -> str:
    """One that somebody else signed."""
    return jwt.encode({"alg": "RS256", "kid": "1"}, claims, OTHER_KEY)


def unsigned(claims: Claims) -> str:
    """One that names no algorithm, and has no signature."""
    parts = ({"alg": "none"}, claims)
    return ".".join(_base64(json.dumps(part).encode()) for part in parts) + "."


def by_the_public_key(claims: Claims) -> str:
    """One that uses what everybody can read as if it were a secret."""
    shared = OctKey.import_key(KEY.as_pem(private=False))
    return jwt.encode({"alg": "HS256", "kid": "1"}, claims, shared)


def _base64(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


class Provider:
    """The provider; `token` makes the identity token, and `broken` answers in place of a path."""

    def __init__(self) -> None:
        self.token: Callable[[Claims], str] = well
        self.claims: Claims = {"email": "one@clinic.example", "email_verified": True}
        self.broken: dict[str, tuple[int, bytes]] = {}
        self.now = 0  # seconds
        self.asked: list[str] = []
        self._begun: dict[str, Mapping[str, str]] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer._answer(self, "")

            def do_POST(self) -> None:
                outer._answer(self, self.rfile.read(int(self.headers["Content-Length"])).decode())

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def running(self) -> Iterator[Provider]:
        """Serve until the block ends."""
        thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield self
        self._server.shutdown()
        thread.join()
        self._server.server_close()

    def _answer(self, to: BaseHTTPRequestHandler, body: str) -> None:
        parts = urlsplit(to.path)
        self.asked.append(parts.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path in self.broken:
            status, content = self.broken[parts.path]
            self._send(to, status, content)
        elif parts.path == "/authorize":
            self._begun["the-code"] = query
            back = urlencode({"code": "the-code", "state": query["state"]})
            to.send_response(302)
            to.send_header("Location", f"{query['redirect_uri']}?{back}")
            to.send_header("Content-Length", "0")
            to.end_headers()
        else:
            known = {
                "/.well-known/openid-configuration": self._published,
                "/keys": lambda: {"keys": [KEY.as_dict(private=False)]},
                "/token": lambda: self._tokens(body),
            }[parts.path]()
            self._send(to, 200, json.dumps(known).encode())

    def _published(self) -> Mapping[str, str]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def _tokens(self, body: str) -> Mapping[str, str]:
        form = {name: values[0] for name, values in parse_qs(body).items()}
        begun = self._begun.pop(form["code"])
        digest = sha256(form["code_verifier"].encode()).digest()
        assert begun["code_challenge"] == _base64(digest)
        assert begun["code_challenge_method"] == "S256"
        claims = self.claims | {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "42",
            "iat": self.now,
            "exp": self.now + 300,
            "nonce": begun["nonce"],
        }
        return {"access_token": "x", "token_type": "Bearer", "id_token": self.token(claims)}

    def _send(self, to: BaseHTTPRequestHandler, status: int, content: bytes) -> None:
        to.send_response(status)
        to.send_header("Content-Type", "application/json")
        to.send_header("Content-Length", str(len(content)))
        to.end_headers()
        to.wfile.write(content)

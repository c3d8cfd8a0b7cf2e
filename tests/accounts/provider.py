"""A small OpenID Connect provider on this machine: description, code with PKCE, token once, userinfo."""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

CLIENT, SECRET = "family-support", "a-secret-of-the-test-provider-32-bytes"


class Provider:
    """Says of everybody who comes what `userinfo` and `token` hold."""

    def __init__(self, address: str) -> None:
        self.issuer = address
        self.userinfo: dict[str, Any] = {}
        self.token: dict[str, Any] = {}
        self.asked: dict[str, dict[str, str]] = {}
        self.away = False

    def authorize(self, address: str) -> str:
        """What the browser does at the provider's page: the address that leads back, with a code."""
        query = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
        assert query["client_id"] == CLIENT
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.asked[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def description(self) -> dict[str, Any]:
        names = ("authorization", "token", "userinfo")
        return {
            "issuer": self.issuer,
            "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            **{f"{name}_endpoint": f"{self.issuer}/{name}" for name in names},
        }

    def exchange(self, form: dict[str, str]) -> dict[str, Any] | None:
        asked = self.asked.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if asked is None or form.get("client_secret") != SECRET or challenge != asked["code_challenge"]:
            return None
        claims = {"iss": self.issuer, "aud": CLIENT, "exp": 32503680000, "iat": 0, **self.token}
        return {
            "access_token": "opaque",
            "token_type": "Bearer",
            "expires_in": 60,
            "id_token": jwt.encode(claims, SECRET, algorithm="HS256"),
        }


@contextmanager
def provider() -> Iterator[Provider]:
    """One that listens as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self, content: dict[str, Any] | None) -> None:
            self.send_response(503 if known.away else 200 if content is not None else 400)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(content or {}).encode())

        def do_GET(self) -> None:
            info = known.userinfo if self.headers.get("Authorization") == "Bearer opaque" else None
            self.answer(info if self.path == "/userinfo" else known.description())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.answer(known.exchange({key: values[0] for key, values in parse_qs(body).items()}))

        def log_message(self, *args: Any) -> None:
            """Nothing is told on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known = Provider(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield known
    finally:
        server.shutdown()
        server.server_close()

"""A mail server that counts, and that dies when told."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections import Counter
from email.parser import BytesHeaderParser


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        post: Post = self.server.post  # type: ignore[attr-defined]
        self.wfile.write(b"220 post\r\n")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                body = b""
                while (part := self.rfile.readline()) not in (b".\r\n", b""):
                    body += part
                if not post.alive:
                    return  # taken, and not said so: the sender has to send it again
                post.take(body)
            elif verb == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 ok\r\n")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class Post:
    """Takes mail on a port of its own, while it lives, and counts each Message-ID."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.alive = False
        self._lock = threading.Lock()
        with socket.create_server(("127.0.0.1", 0)) as found:
            self.port: int = found.getsockname()[1]
        self.live()

    def take(self, body: bytes) -> None:
        with self._lock:
            self.taken[str(BytesHeaderParser().parsebytes(body)["Message-ID"])] += 1

    def live(self) -> None:
        self.alive = True
        self._server = _Server(("127.0.0.1", self.port), _Talk)
        self._server.post = self  # type: ignore[attr-defined]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def die(self) -> None:
        self.alive = False
        self._server.shutdown()
        self._server.server_close()

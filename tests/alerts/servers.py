"""Small local servers that keep what they are sent: HTTP and SMTP."""

import http.server
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Web:
    """An HTTP server; `requests` holds (method, path, body) of what it was sent.

    `status` is what it answers, but to the method `refused`, and at the paths in `statuses`. Asked
    for a list, it gives `listed`. `leads_to` is the address that goes with a status of 3xx.
    """

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, Any]] = []
        self.status = 200
        self.refused = ""
        self.statuses: dict[str, int] = {}
        self.leads_to = ""
        self.listed: list[dict[str, Any]] = []  # of the author `login`, unless they have a user
        self.login = "tracker"
        self.page = b""  # what a proxy answers in place of the server
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                web.requests.append((self.command, self.path, json.loads(body)))
                self._head(502 if self.command == web.refused else web.status)
                self.wfile.write(web.page or b'{"number": 12}')

            do_POST = do_PATCH = _answer

            def do_GET(self) -> None:
                self._head(web.status)
                if self.path == "/user":
                    answer: Any = {"login": web.login}
                else:
                    answer = [{"user": {"login": web.login}, **one} for one in web.listed]
                self.wfile.write(json.dumps(answer).encode())

            def _head(self, status: int) -> None:
                self.send_response(web.statuses.get(self.path.partition("?")[0], status))
                if web.leads_to:
                    self.send_header("Location", web.leads_to)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Keep the test's output clean."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"


class Post(socketserver.ThreadingTCPServer):
    """An SMTP server; `mails` holds the texts. It takes nothing for the addresses in `unknown`."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Smtp)
        self.mails: list[str] = []
        self.unknown: set[str] = set()


class _Smtp(socketserver.StreamRequestHandler):
    server: Post

    def handle(self) -> None:
        self.wfile.write(b"220 test\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = []
                while (text := self.rfile.readline()) != b".\r\n":
                    lines.append(text)
                self.server.mails.append(b"".join(lines).decode())
            answer = "221 bye" if word == b"QUIT" else "250 ok"
            if word == b"RCPT" and any(one in line.decode() for one in self.server.unknown):
                answer = "550 no such user"
            self.wfile.write(f"{answer}\r\n".encode())


@contextmanager
def running(server: socketserver.BaseServer) -> Iterator[None]:
    """Serve in a thread until the end of the block."""
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()

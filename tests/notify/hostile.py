"""Servers that do not behave: they hang, drip, close early or answer without an end."""

import contextlib
import itertools
import socketserver
import threading
import time
from collections.abc import Callable

Play = Callable[["Connection"], None]
_REPLIES = {"EHLO": "250 ok", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go on"}


class Connection(socketserver.StreamRequestHandler):
    """One connection, which the server's `play` fills."""

    server: "Hostile"

    def handle(self) -> None:
        self.server.connections += 1
        with contextlib.suppress(OSError):  # the client has left
            self.server.play(self)

    def hang(self) -> None:
        self.server.ended.wait()

    def drip(self, text: bytes) -> None:
        """Send a byte each 20 ms, for ever."""
        for byte in itertools.cycle(text):
            if self.server.ended.is_set():
                return
            self.wfile.write(bytes([byte]))
            time.sleep(0.02)

    def read_request(self) -> None:
        """Read an HTTP request whole."""
        length = 0
        while (line := self.rfile.readline()).strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        self.rfile.read(length)


class Hostile(socketserver.ThreadingTCPServer):
    """A server on 127.0.0.1; counts its connections."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, play: Play) -> None:
        super().__init__(("127.0.0.1", 0), Connection)
        self.play = play
        self.connections = 0
        self.ended = threading.Event()
        self.mails = 0  # that were taken whole

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def shutdown(self) -> None:
        self.ended.set()
        super().shutdown()


def http(behaviour: str, head: str = "200 OK") -> Play:
    """What an HTTP server does when it has the request (or before it, where `close first`)."""

    def play(connection: Connection) -> None:
        write = connection.wfile.write
        if behaviour == "close first":
            return
        connection.read_request()
        if behaviour == "hang":
            connection.hang()
        elif behaviour == "drip":
            connection.drip(b"HTTP/1.1 200 OK\r\nX-A: 1\r\n")
        elif behaviour == "close":
            pass
        elif behaviour == "answer":
            write(f"HTTP/1.1 {head}\r\nContent-Length: 2\r\n\r\n{{}}".encode())
        else:
            write(f"HTTP/1.1 {head}\r\n\r\n".encode())
            if behaviour == "hang in the body":
                connection.hang()
            elif behaviour == "drip in the body":
                connection.drip(b" ")
            elif behaviour == "endless body":
                while not connection.server.ended.is_set():
                    write(b" " * 1_000_000)

    return play


def smtp(at: str, behaviour: str) -> Play:
    """An SMTP server that misbehaves `at` its greeting, or a command ("." ends the text)."""

    def misbehave(connection: Connection) -> None:
        if behaviour == "hang":
            connection.hang()
        elif behaviour == "drip":
            connection.drip(b"250-and more\r\n")
        elif behaviour != "close":
            connection.wfile.write(f"{behaviour} no\r\n".encode())

    def play(connection: Connection) -> None:
        read, write = connection.rfile.readline, connection.wfile.write
        if at == "greeting":
            return misbehave(connection)
        write(b"220 test\r\n")
        while line := read():
            word = line[:4].decode().strip().upper()
            if word == at:
                misbehave(connection)
                if not behaviour.isdecimal():
                    return
            elif word == "QUIT":
                return write(b"221 bye\r\n") and None
            else:
                write(f"{_REPLIES.get(word, '250 ok')}\r\n".encode())
            if word == "DATA" and at != "DATA":
                while read() != b".\r\n":
                    pass
                connection.server.mails += 1
                if at == ".":
                    misbehave(connection)
                    if not behaviour.isdecimal():
                        return
                else:
                    write(b"250 taken\r\n")

    return play

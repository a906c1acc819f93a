"""A web server on this machine that serves bytes, with Range, and can fail half-way."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Served:
    """What is served and how; `requests` lists the Range of each request, None without."""

    def __init__(self, content):
        self.content = content
        self.requests = []
        self.break_after = None  # bytes of a body after which the next answer ends
        self.ranges = True


@contextmanager
def serving(files):
    """(address, {name: Served}) of a server for `files`, {name: bytes}."""
    served = {name: Served(content) for name, content in files.items()}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            one = served.get(self.path.lstrip("/"))
            if one is None:
                self.send_error(404)
                return
            wanted = self.headers.get("Range") if one.ranges else None
            one.requests.append(wanted)
            start = int(wanted.split("=")[1].split("-")[0]) if wanted else 0
            body = one.content[start:]
            self.send_response(206 if wanted else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            cut, one.break_after = one.break_after, None
            self.wfile.write(body if cut is None else body[:cut])
            self.close_connection = True

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

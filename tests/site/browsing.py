"""What the browser tests share: Chromium, a file server, axe-core, a visit that notes problems."""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tools.common import files, paths
from tools.common.errors import TrackerError
from tools.site import vendor

WIDTHS = [1280, 390]  # of a desktop and a phone
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium program: apt-get install chromium"
)


@contextmanager
def chromium() -> Iterator[Any]:
    """A running Chromium, as playwright's Browser; skips the test where playwright is missing."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    quiet = ["--disable-background-networking", "--disable-component-update", "--no-first-run"]
    with playwright.sync_playwright() as engine:
        running = engine.chromium.launch(
            executable_path=CHROMIUM, args=quiet + ["--no-sandbox"] * (os.geteuid() == 0)
        )
        yield running
        running.close()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address at which a plain file server has the folder."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, directory=str(folder), **kwargs)

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def axe() -> str:
    """The script of axe-core, which npm fetches once; skips the test where npm cannot."""
    digest = hashlib.sha256((vendor.NPM / "package-lock.json").read_bytes()).hexdigest()[:16]
    kept = paths.cache("tests", f"axe-{digest}.js")
    if not kept.is_file():
        with tempfile.TemporaryDirectory(prefix="gwas-axe-") as scratch:
            try:
                vendor.install(Path(scratch))
            except TrackerError as error:
                pytest.skip(f"axe-core cannot be fetched: {error}")
            script = Path(scratch, "node_modules/axe-core/axe.min.js").read_bytes()
            files.write_bytes(kept, script)
    return kept.read_text(encoding="utf-8")


class Visit:
    """A page of the site in a fresh browser context; what went wrong is collected."""

    def __init__(self, browser: Any, base: str, width: int, dark: bool, shots: Path) -> None:
        scheme = "dark" if dark else "light"
        self._context = browser.new_context(
            viewport={"width": width, "height": 844}, color_scheme=scheme
        )
        self.page = self._context.new_page()
        self.page.set_default_timeout(15_000)
        self.base, self.width, self._shots = base, width, shots
        self.problems: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        self.page.on("request", self._request)
        self.page.on("requestfailed", lambda r: self.problems.append(f"failed: {r.url}"))

    def open(self, address: str, awaited: str) -> Any:
        """Load a page and wait until `awaited` (a selector) is to be seen."""
        self.page.goto(self.base + address)
        self.page.wait_for_selector(awaited, timeout=15_000)
        return self.page

    def check(self, name: str) -> None:
        """No problem so far, nothing wider than the window; a picture for people to look at."""
        self.page.screenshot(path=self._shots / f"{name}-{self.width}.png", full_page=True)
        assert self.problems == []
        assert "error.html" not in self.page.url
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self.width
        assert self.page.evaluate("window.hacked") is None

    def violations(self) -> list[str]:
        """What axe-core has against the page, by WCAG A and AA and its best practices."""
        self.page.evaluate(f"typeof axe === 'undefined' && eval({json.dumps(axe())})")
        found = self.page.evaluate("axe.run()")["violations"]
        return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]

    def close(self) -> None:
        self._context.close()

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"console: {message.text}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith(self.base):
            self.problems.append(f"request to another place: {request.url}")

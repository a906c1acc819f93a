"""Make the pictures of README from the published site: `make pictures`.

    python -m tests.site.pictures [--html html] [--out docs/pictures]

The overview, and the newest confirmed event where there is one. Publish real results first.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from tests.site.browsing import chromium, served
from tools.common import paths

WIDTH, HEIGHT = 1100, 900  # CSS pixels; a taller page is cut


def main() -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--html", type=Path, default=paths.ROOT / "html")
    parser.add_argument("--out", type=Path, default=paths.ROOT / "docs" / "pictures")
    args = parser.parse_args()
    pages = {"overview": "index.html"}
    events = json.loads((args.html / "alerts.json").read_text())["events"]
    confirmed = [event["id"] for event in events if event["state"] == "confirmed"]
    if confirmed:
        pages["event"] = f"alerts.html?event={max(confirmed)}"
    with served(args.html) as site, chromium() as browser:
        for name, address in pages.items():
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
            page.goto(site + address, wait_until="networkidle")
            page.screenshot(path=args.out / f"{name}.png")
            print(args.out / f"{name}.png")


if __name__ == "__main__":
    main()

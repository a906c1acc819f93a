"""The HTML of our pages: one head, one navigation and one footer for all of them."""

from __future__ import annotations

import html
import shutil
from dataclasses import dataclass
from pathlib import Path
from string import Template

from tools.common import files

STATIC = Path(__file__).parent / "static"
TEMPLATE = Path(__file__).parent / "page.html"

_LOADING = "<p class='soft'>Loading …</p>"
_SCRIPTLESS = """
      <h1>A script of asv's pages could not be loaded</h1>
      <p>
        Run <code>python -m tools site fetch</code>, then <code>asv publish</code> again: the
        site then has all its scripts in <code>vendor/</code>. Without them, the classic asv pages
        load scripts from public CDNs and need a network. The other pages need none of them.
      </p>
    """
_FOOTER = (
    '<footer><a href="classic.html">Classic asv pages</a>'
    '<a href="alerts.xml">Feed of alerts</a></footer>'
)


@dataclass(frozen=True)
class Page:
    """One page of ours: NAME.html."""

    name: str
    title: str
    scripts: tuple[str, ...] = ()  # in this order
    listed: bool = True  # in the navigation
    content: str = _LOADING
    style: str | None = None  # beside ours

    @property
    def file(self) -> str:
        return f"{self.name}.html"


PAGES = {
    page.name: page
    for page in (
        Page("index", "Overview", ("site.js", "trend.js", "saving.js", "overview.js")),
        Page(
            "graph",
            "Graphs",
            ("vendor/uPlot.js", "site.js", "saving.js", "selection.js", "plot.js", "graph.js"),
            style="vendor/uPlot.css",
        ),
        Page("list", "List", ("site.js", "trend.js", "saving.js", "selection.js", "list.js")),
        Page("changes", "Changes", ("site.js", "saving.js", "changes.js")),
        Page("alerts", "Alerts", ("site.js", "trend.js", "saving.js", "event.js", "alerts.js")),
        Page("study", "Study", ("site.js", "study/data.js", "study-figures.js", "study.js")),
        Page("commit", "Commit", ("site.js", "saving.js", "commit.js"), listed=False),
        Page("error", "A script is missing", listed=False, content=_SCRIPTLESS),
    )
}


def write(folder: Path) -> None:
    """Write all pages into a site, with the scripts and the style that they load."""
    shutil.copytree(STATIC, folder, dirs_exist_ok=True)
    for page in PAGES.values():
        files.write_text(folder / page.file, text(page))


def write_page(page: Page, folder: Path) -> None:
    """Write one page with its files; without a site in the folder, it gets no links to one."""
    for name in ("site.css", "failed.js", *page.scripts):
        if (STATIC / name).is_file():
            shutil.copyfile(STATIC / name, folder / name)
    alone = not (folder / "index.html").exists()
    files.write_text(folder / page.file, text(page, alone=alone))


def text(page: Page, *, alone: bool = False) -> str:
    """The HTML of a page; `alone` is without a site around it."""
    icon = "data:," if alone else "swallow.ico"
    head = [f'<link rel="icon" href="{icon}">']
    if not alone:
        head.append(
            '<link rel="alternate" type="application/atom+xml" title="Alerts" href="alerts.xml">'
        )
    if page.style:
        head.append(f'<link rel="stylesheet" href="{page.style}">')
    head += [f'<script defer src="{name}"></script>' for name in ("failed.js", *page.scripts)]
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        title=html.escape(page.title),
        head="\n    ".join(head),
        navigation="" if alone else navigation(page),
        content=page.content,
        footer="" if alone else _FOOTER,
    )


def navigation(current: Page | None = None) -> str:
    """The links to the pages, `current` marked, after one past them."""
    marks = {True: ' aria-current="page"', False: ""}
    links = "\n      ".join(
        f'<a href="{page.file}"{marks[page is current]}>{page.title}</a>'
        for page in PAGES.values()
        if page.listed
    )
    skip = '<a class="skip" href="#main">Skip to the content</a>'
    return f'{skip}\n    <nav aria-label="Pages">\n      {links}\n    </nav>'

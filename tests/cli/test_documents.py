"""README and docs/: each link leads somewhere, and each command line is one that we take."""

from __future__ import annotations

import argparse
import importlib
import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest

from tools.__main__ import COMMANDS
from tools.common.paths import ROOT

DOCUMENTS = [ROOT / "README.md", ROOT / "datasets" / "README.md", *ROOT.glob("docs/*.md")]
CODE = re.compile(r"```\w*\n(.*?)```", re.DOTALL)
END = re.compile(r"\d?>.*|&&|\||.*;")  # a shell's word after which the arguments have ended


def headings(document: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", CODE.sub("", document.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def commands(document: Path) -> list[list[str]]:
    """The words after `tracker` of each line of a document's code blocks, and of its tables."""
    text = document.read_text()
    blocks = "\n".join(CODE.findall(text)).replace("\\\n", " ").splitlines()
    lines = []
    for line in [*blocks, *re.findall(r"\| `(tracker [^`.]+)` \|", text)]:
        line = line.replace("python -m tools ", "tracker ")
        if not re.search(r"(^|[\s/])tracker ", line):
            continue
        # [--json] may be left out: the brackets are not words of the command
        words = [word.strip("[]") for word in shlex.split(line, comments=True)]
        follow = [after for word, after in pairwise(words) if Path(word).name == "tracker"]
        if follow and not END.fullmatch(follow[-1]):  # `cd tracker` may come before
            words = words[words.index(follow[-1]) :]
            ends = [at for at, word in enumerate(words) if END.fullmatch(word)]
            lines.append(words[: min(ends, default=None)])
    return lines


def is_there(name: str) -> bool:
    """Whether a dotted name is a package, a module, or something in a module of ours."""
    path = ROOT.joinpath(*name.split("."))
    return path.exists() or any(
        parent.with_suffix(".py").exists() for parent in [path, *path.parents] if parent.name
    )


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_each_link_leads_to_a_file_and_a_heading(document: Path) -> None:
    text = CODE.sub("", document.read_text())
    links = re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", text)
    broken = []
    for path, anchor in links:
        target = document.parent / path if path else document
        if not target.exists() or (anchor and anchor not in headings(target)):
            broken.append(f"{path}#{anchor}")
    assert broken == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_each_file_and_module_is_there(document: Path) -> None:
    named = " ".join(re.findall(r"`([^`\n]+)`", CODE.sub("", document.read_text())))
    ours = r"(?<![\w./])(?:tools|tests|benchmarks|datasets|docs)"
    paths = re.findall(ours + r"/[\w./-]*\w(?![\w./*-])", named)
    modules = re.findall(ours + r"(?:\.\w+)+", named)
    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert [module for module in modules if not is_there(module)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_each_command_line_is_taken(document: Path) -> None:
    for command, *arguments in commands(document):
        parser = argparse.ArgumentParser(prog=f"{document.name}: {command}")
        importlib.import_module(COMMANDS[command][0]).add_arguments(parser)
        parser.parse_args(arguments)  # ends in SystemExit where they are wrong


def test_command_lines_are_read() -> None:
    assert ["nightly", "--hours", "6"] in commands(ROOT / "docs" / "nightly.md")
    assert len(commands(ROOT / "README.md")) > 2
    assert len(commands(ROOT / "docs" / "maintainer.md")) > 10

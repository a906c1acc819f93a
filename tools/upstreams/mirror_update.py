"""Update the mirror, one tool after the other. A failure loses nothing that is mirrored."""

import itertools
from collections.abc import Callable, Sequence

from tools.common.errors import TrackerError, UnreachableError, UsageError
from tools.upstreams import dates, git_source, history, index_source
from tools.upstreams.config import Upstream
from tools.upstreams.repository import Repository

Say = Callable[[str], None]

NAMES = {"git": "git history", "index": "package index's release history"}


def update(
    repository: Repository, upstreams: Sequence[Upstream], chosen: str | None, say: Say
) -> list[str]:
    """Update each upstream's branch; return the mirrored tools that did not answer.

    `chosen` is the source that the user asked for. A failure of one tool does not stop the others.
    It is raised at the end when the tool has no branch yet, or when the user has to decide.
    Only for the holder of the mirror's lock.
    """
    repository.create()
    repository.clean_up()
    history.add_to_order(repository, [upstream.name for upstream in upstreams])
    before = repository.refs("refs/heads")
    unanswered: list[str] = []
    failures: list[TrackerError] = []
    for upstream in upstreams:
        try:
            _update(repository, upstream, chosen, say)
        except UnreachableError as error:
            if source_of(repository, upstream.name) is None:
                failures.append(error)
            else:
                say(f"warning: {error}\n  {upstream.name}: using the mirrored commits")
                unanswered.append(upstream.name)
        except UsageError as error:
            failures.append(error)
    if repository.refs("refs/heads") != before:
        repository.git("commit-graph", "write", "--reachable", "--no-progress")
    if failures:
        raise _worst(failures)
    return unanswered


def source_of(repository: Repository, tool: str) -> str | None:
    """The source of a tool's branch: "git" or "index"; None when it is not mirrored."""
    for name in repository.refs(f"refs/source/{tool}"):
        return name.rpartition("/")[2]
    return None


def _worst(failures: list[TrackerError]) -> TrackerError:
    first = next((error for error in failures if isinstance(error, UsageError)), failures[0])
    others = [str(error) for error in failures if error is not first]
    return type(first)("\n".join([str(first), *others]))


def _update(repository: Repository, upstream: Upstream, chosen: str | None, say: Say) -> None:
    tool, before = upstream.name, source_of(repository, upstream.name)
    configured = upstream.source if upstream.source != "auto" else before
    source = chosen or configured or _choose(repository, upstream, say)
    if before and source != before and not chosen:
        raise UsageError(
            f"{tool} is mirrored from the {NAMES[before]}, but configured for the "
            f"{NAMES[source]}: their commits have different hashes",
            hint=f"`python -m tools upstreams update {tool} --source {source}` changes the source",
        )
    branch = f"refs/heads/{tool}"
    old_tip = repository.refs(branch).get(branch) if source == before else None
    old_tags = repository.refs(f"refs/tags/{tool}")
    if source == "git":
        listing = git_source.ask(upstream, repository)
        if old_tip is None:
            say(f"{tool}: fetching {upstream.address} (the first time takes a while)")
        line = git_source.fetch(upstream, repository, listing)
        tip = next(iter(line))
        releases = git_source.releases(listing.tags, line, upstream)
        if old_tip and old_tip not in line:
            say(f"warning: {tool}: upstream rewrote its branch; results of removed commits stay "
                "on disk, but the graphs no longer show them")  # fmt: skip
        new_commits = itertools.takewhile(lambda commit: commit != old_tip, line)
        if impossible := [one for one in new_commits if not dates.is_possible(line[one])]:
            say(f"warning: {tool}: the dates of {len(impossible)} commits are impossible; the "
                f"dates of their parents are used ({impossible[0][:8]})")  # fmt: skip
        tags = {f"refs/tags/{tool}/{version}": commit for version, commit in releases.items()}
        changed = [name.rpartition("/")[2] for name, commit in old_tags.items()
                   if old_tip and tags.get(name) != commit]  # fmt: skip
        if changed:
            say(f"warning: {tool}: upstream moved or removed the tags of " + ", ".join(changed))
    else:
        appended = index_source.append(upstream, repository, old_tip)
        tip = appended.tip
        if appended.late:
            say(f"warning: {tool}: left out, because newer releases are mirrored already: "
                + ", ".join(appended.late))  # fmt: skip
        tags = {f"refs/tags/{tool}/{version}": at for version, at in appended.releases.items()}
        if old_tip:  # a release that was yanked or removed stays: it may have results
            tags = {**old_tags, **tags}
    # one transaction changes branch, releases and source
    stale = [name for name in old_tags if name not in tags]
    if before and before != source:
        stale.append(f"refs/source/{tool}/{before}")
    repository.move({branch: tip, f"refs/source/{tool}/{source}": tip, **tags}, stale)
    if before and before != source:
        say(f"{tool}: now mirrored from the {NAMES[source]}. Its commits have other hashes: "
            f"results of the {NAMES[before]} stay on disk, but the graphs no longer show them "
            f"(`--source {before}` brings them back)")  # fmt: skip
    new = len(set(tags) - set(old_tags))
    say(f"{tool}: {len(tags)} releases, {new} new ({NAMES[source]})")


def _choose(repository: Repository, upstream: Upstream, say: Say) -> str:
    """git when it answers within PROBE_SECONDS, else the package index; says which and why."""
    tool = upstream.name
    try:
        git_source.ask(upstream, repository)
    except UnreachableError as error:
        reason = str(error).splitlines()[0].removeprefix(f"{tool}: ")
        say(f"{tool}: {reason}; using the {NAMES['index']} instead "
            f"(`python -m tools upstreams update {tool} --source git` changes that)")  # fmt: skip
        return "index"
    say(f"{tool}: {upstream.address} answers; following the {NAMES['git']} from now on")
    return "git"

"""Releases by name, such as `sgkit/0.4.0` and `hail/newest`."""

from tools.common.errors import UsageError
from tools.upstreams.mirror import Commit, Mirror


def find(mirror: Mirror, name: str) -> Commit:
    """The commit of a mirrored release; `newest` is the newest that is mirrored.

    Raises UsageError for a release that the mirror does not have.
    """
    tool, _, version = name.partition("/")
    releases = {str(release.version): release for release in mirror.releases(tool)}
    if version == "newest" and releases:
        version = next(reversed(releases))
    if version not in releases:
        raise UsageError(
            f"{tool} {version} is not in the mirror",
            hint=f"run `python -m tools upstreams update {tool}`",
        )
    return releases[version]

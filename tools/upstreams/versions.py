"""Versions that can name a release: each is a ref of the mirror."""

from packaging.version import Version

_LONGEST = 64  # characters


def version(text: str) -> Version | None:
    """The version that a text is; None for another text, and for one that no ref can have."""
    try:
        parsed = Version(text)
    except ValueError:  # InvalidVersion, and numbers of thousands of digits
        return None
    if len(str(parsed)) > _LONGEST or str(parsed).endswith(".lock"):
        return None
    return parsed

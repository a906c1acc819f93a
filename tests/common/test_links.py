"""The address of the site: what makes no absolute links is refused, wherever it is said."""

import pytest

from tools.common import links
from tools.common.errors import UsageError


@pytest.mark.parametrize(
    "address", ["https://perf.example.org", "http://127.0.0.1:8080/gwas/", "https://[::1]:8443"]
)
def test_an_address(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(links.SITE_URL, address)
    assert links.site_address(address) == links.site_url() == links.configured_site() == address


@pytest.mark.parametrize(
    "address",
    ["perf.example.org", "//perf.example.org", "https://", "https:perf", "ftp://perf.example.org",
     "file:///srv/html", "https://[::1", "https://perf.example.org/?a=1", "https://perf/#x",
     "https://perf\nBcc: x", " "],
)  # fmt: skip
def test_what_is_none(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(links.SITE_URL, address)
    for use in (links.site_url, links.configured_site, lambda: links.site_address(address)):
        with pytest.raises(UsageError, match="expect an address such as https://"):
            use()


def test_without_one_it_is_the_preview(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in ("", None):
        if value is None:
            monkeypatch.delenv(links.SITE_URL)
        else:
            monkeypatch.setenv(links.SITE_URL, value)
        assert links.configured_site() is None
        assert links.site_url() == "http://127.0.0.1:8080"

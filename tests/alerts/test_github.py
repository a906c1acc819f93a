"""One issue an event: opened once, kept up to date, closed with the reason, and left to people."""

from collections.abc import Callable, Iterator

import pytest

from tests.alerts.made import add_event
from tests.alerts.servers import Web, running
from tools.alerts import events, message
from tools.alerts.events import Event
from tools.alerts.github import GitHub
from tools.alerts.store import Store
from tools.common.errors import UnreachableError

PLACE = "/repos/sgkit-dev/sgkit/issues"
ISSUE = f"{PLACE}/12"


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    made = Web()
    monkeypatch.setenv("GWAS_GITHUB_TOKEN", "secret-token")
    monkeypatch.setenv("GWAS_GITHUB_API", made.url)
    with running(made.server):
        yield made


@pytest.fixture
def tell(web: Web, event: Event, store: Store) -> Callable[..., list[tuple[str, str]]]:
    """Have the event told as it is now, or in a state; what was asked of GitHub for that."""

    def tell(state: str = "", why: str = "", site: str = "https://perf") -> list[tuple[str, str]]:
        if state:
            store.move(event.id, state, why)
        now = store.get(event.id)
        before = len(web.requests)
        GitHub("sgkit-dev/sgkit").send(now, message.compose(now, site), store)
        return [(method, path) for method, path, _ in web.requests[before:]]

    return tell


def test_an_issue_says_what_was_decided_and_is_closed_when_nothing_is_left_to_do(
    web: Web, tell: Callable[..., list[tuple[str, str]]]
) -> None:
    assert tell() == [("POST", PLACE)]
    assert tell() == []
    assert tell(site="https://elsewhere") == []  # the address of the site is no news
    assert tell(events.ACKNOWLEDGED, "Ann looks at it") == [("PATCH", ISSUE)]
    body = web.requests[-1][2]
    assert "state    acknowledged: Ann looks at it" in body["body"]
    assert "state" not in body
    closing = [("POST", f"{ISSUE}/comments"), ("PATCH", ISSUE)]
    assert tell(events.EXPECTED, "the exact test costs ``` more") == closing
    (_, _, comment), (_, _, last) = web.requests[-2:]
    assert "expected: the exact test costs ''' more" in comment["body"]
    assert (last["state"], last["state_reason"]) == ("closed", "not_planned")
    assert "state    expected: the exact test" in last["body"]
    assert tell() == tell(site="https://elsewhere") == []
    # it was not expected after all, and then it was fixed
    assert tell(events.ACKNOWLEDGED, "a mistake") == [("PATCH", ISSUE)]
    assert web.requests[-1][2]["state"] == "open"
    assert tell(events.RESOLVED, "recovered by event 9") == closing
    assert web.requests[-1][2]["state_reason"] == "completed"
    for _, path, body in web.requests:
        if not path.endswith("/comments"):
            assert body["body"].startswith("```text\n")
            assert body["body"].endswith("-->")
        assert body["body"].count("```") == 2
    assert "secret-token" not in str(web.requests)


def test_the_words_of_before_are_told_again(tell: Callable[..., list[tuple[str, str]]]) -> None:
    tell()
    assert tell(events.SUPPRESSED, "until the release") == [("PATCH", ISSUE)]
    assert tell(events.CONFIRMED, "was suppressed") == [("PATCH", ISSUE)]


def test_a_closing_that_fails_is_tried_again_without_another_comment(
    web: Web, tell: Callable[..., list[tuple[str, str]]]
) -> None:
    tell()
    web.refused = "PATCH"
    with pytest.raises(UnreachableError, match="HTTP 502"):
        tell(events.RESOLVED, "recovered by event 9")
    assert [path for _, path, _ in web.requests[1:]] == [f"{ISSUE}/comments", ISSUE]
    web.refused = ""
    assert tell() == [("PATCH", ISSUE)]
    assert web.requests[-1][2]["state"] == "closed"
    assert tell() == []


def test_an_issue_that_was_opened_and_not_remembered_is_found(
    web: Web, event: Event, store: Store, tell: Callable[..., list[tuple[str, str]]]
) -> None:
    other = add_event(store, "a" * 40, "c" * 40, 2.0)
    issues = GitHub("sgkit-dev/sgkit")
    issues.send(other, message.compose(other, "https://perf"), store)
    tell()
    bodies = [body["body"] for _, _, body in web.requests]
    web.listed = [
        {"number": 5, "body": None},
        *({"number": 6 + at, "body": body} for at, body in enumerate(bodies)),
    ]
    store.learn(event.id, github={})  # the night ended before it was kept
    assert tell(events.ACKNOWLEDGED, "known") == [("PATCH", f"{PLACE}/7")]


def test_an_improvement_opens_no_issue(web: Web, store: Store) -> None:
    better = add_event(store, "a" * 40, "b" * 40, 0.5)
    GitHub("sgkit-dev/sgkit").send(better, message.compose(better, "https://perf"), store)
    assert web.requests == []

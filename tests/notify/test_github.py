"""One issue an event: opened once, kept up to date, closed with the reason, and left to people."""

from collections.abc import Callable, Iterator

import pytest

from tests.alerts.made import add_event
from tests.alerts.servers import Web, running
from tools.alerts import states
from tools.alerts.events import Event
from tools.alerts.store import Store
from tools.common.errors import UnreachableError
from tools.notify import message
from tools.notify.github import GitHub, GoneError

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
            store.set_state(event.id, state, why)
        now = store.get(event.id)
        before = len(web.requests)
        issues = GitHub("sgkit-dev/sgkit")
        ask = issues.follow if now.evidence.issues else issues.send
        ask(now, message.compose(now, site), store)
        return [(method, path) for method, path, _ in web.requests[before:]]

    return tell


def test_an_issue_says_what_was_decided_and_is_closed_when_nothing_is_left_to_do(
    web: Web, tell: Callable[..., list[tuple[str, str]]]
) -> None:
    assert tell() == [("POST", PLACE)]
    assert tell() == []
    assert tell(site="https://elsewhere") == []  # the address of the site is no news
    assert tell(states.ACKNOWLEDGED, "Ann looks at it") == [("PATCH", ISSUE)]
    body = web.requests[-1][2]
    assert "state    acknowledged: Ann looks at it" in body["body"]
    assert "state" not in body
    closing = [("POST", f"{ISSUE}/comments"), ("PATCH", ISSUE)]
    assert tell(states.EXPECTED, "the exact test costs ``` more") == closing
    (_, _, comment), (_, _, last) = web.requests[-2:]
    assert "expected: the exact test costs ''' more" in comment["body"]
    assert (last["state"], last["state_reason"]) == ("closed", "not_planned")
    assert "state    expected: the exact test" in last["body"]
    assert tell() == tell(site="https://elsewhere") == []
    # it was not expected after all, and then it was fixed
    assert tell(states.ACKNOWLEDGED, "a mistake") == [("PATCH", ISSUE)]
    assert web.requests[-1][2]["state"] == "open"
    assert tell(states.RESOLVED, "recovered by event 9") == closing
    assert web.requests[-1][2]["state_reason"] == "completed"
    for _, path, body in web.requests:
        if not path.endswith("/comments"):
            assert body["body"].startswith("```text\n")
            assert body["body"].endswith("-->")
        assert body["body"].count("```") == 2
    assert "secret-token" not in str(web.requests)


def test_the_words_of_before_are_told_again(tell: Callable[..., list[tuple[str, str]]]) -> None:
    tell()
    assert tell(states.SUPPRESSED, "until the release") == [("PATCH", ISSUE)]
    assert tell(states.CONFIRMED, "was suppressed") == [("PATCH", ISSUE)]


def test_a_closing_that_fails_is_tried_again_without_another_comment(
    web: Web, tell: Callable[..., list[tuple[str, str]]]
) -> None:
    tell()
    web.refused = "PATCH"
    with pytest.raises(UnreachableError, match="HTTP 502"):
        tell(states.RESOLVED, "recovered by event 9")
    assert [path for _, path, _ in web.requests[1:]] == [f"{ISSUE}/comments", ISSUE]
    web.refused = ""
    assert tell() == [("PATCH", ISSUE)]
    assert web.requests[-1][2]["state"] == "closed"
    assert tell() == []


@pytest.mark.parametrize("state", [states.ACKNOWLEDGED, states.RESOLVED])
def test_an_issue_of_which_the_answer_was_lost_is_found_whatever_became_of_the_event(
    web: Web, store: Store, tell: Callable[..., list[tuple[str, str]]], state: str
) -> None:
    other = add_event(store, "a" * 40, "c" * 40, 2.0)
    store.set_state(other.id, states.CONFIRMED, "measured")
    other = store.get(other.id)
    GitHub("sgkit-dev/sgkit").send(other, message.compose(other, "https://perf"), store)
    web.page = b"<html>a gateway's page</html>"
    with pytest.raises(UnreachableError, match="does not answer as GitHub does"):
        tell()
    web.page = b""
    bodies = [body["body"] for _, _, body in web.requests]
    web.listed = [
        {"number": 5, "body": None},
        *({"number": 6 + at, "body": body} for at, body in enumerate(bodies)),
    ]
    asked = tell(state, "known")
    assert asked[-1] == ("PATCH", f"{PLACE}/7")
    assert ("state" in web.requests[-1][2]) == (state == states.RESOLVED)
    assert tell() == []


def test_an_issue_that_never_was_is_opened_only_while_the_event_is_confirmed(
    web: Web, tell: Callable[..., list[tuple[str, str]]]
) -> None:
    web.refused = "POST"
    with pytest.raises(UnreachableError, match="HTTP 502"):
        tell()
    web.refused = ""
    assert tell(states.SUPPRESSED, "a release comes") == tell() == []
    assert tell(states.CONFIRMED, "was suppressed") == [("POST", PLACE)]
    assert tell() == []


def test_what_is_told_again_is_a_comment_on_its_issue(
    web: Web, event: Event, store: Store, tell: Callable[..., list[tuple[str, str]]]
) -> None:
    def again() -> list[tuple[str, str]]:
        now = store.get(event.id)
        before = len(web.requests)
        GitHub("sgkit-dev/sgkit").send(now, message.compose(now, "https://perf"), store)
        return [(method, path) for method, path, _ in web.requests[before:]]

    tell()
    tell(states.SUPPRESSED, "a release comes")
    store.add_evidence(event.id, reopened="was suppressed until 2026-12-01")
    store.set_state(event.id, states.CONFIRMED, "was suppressed until 2026-12-01")
    web.refused = "PATCH"
    with pytest.raises(UnreachableError, match="HTTP 502"):
        again()
    (_, path, comment) = web.requests[-2]
    assert path == f"{ISSUE}/comments"
    assert "confirmed: was suppressed until 2026-12-01" in comment["body"]
    web.refused = ""
    assert again() == [("PATCH", ISSUE)]
    assert again() == []


def test_what_was_not_told_of_is_not_followed(event: Event, store: Store, web: Web) -> None:
    issues = GitHub("sgkit-dev/sgkit")
    issues.follow(event, message.compose(event, "https://perf"), store)
    assert web.requests == []


@pytest.mark.parametrize("status", [301, 404, 410])
@pytest.mark.parametrize("state", [states.ACKNOWLEDGED, states.RESOLVED])
def test_an_issue_that_people_deleted_is_let_be_and_said_once(
    web: Web, tell: Callable[..., list[tuple[str, str]]], status: int, state: str
) -> None:
    tell()
    web.statuses = {ISSUE: status, f"{ISSUE}/comments": status}
    with pytest.raises(GoneError, match="issue 12 was deleted or moved away"):
        tell(state, "known")
    assert tell() == tell(states.EXPECTED, "meant") == []


def test_an_issue_that_a_token_may_not_write_is_not_deleted(
    web: Web, tell: Callable[..., list[tuple[str, str]]]
) -> None:
    tell()
    web.statuses = {f"{ISSUE}/comments": 404}
    with pytest.raises(UnreachableError, match="HTTP 404"):
        tell(states.RESOLVED, "fixed")
    web.statuses = {ISSUE: 404, f"{ISSUE}/comments": 404, PLACE: 404}  # nor see the repository
    with pytest.raises(UnreachableError, match="HTTP 404"):
        tell()
    web.statuses = {}
    assert tell() == [("POST", f"{ISSUE}/comments"), ("PATCH", ISSUE)]


def test_an_improvement_opens_no_issue(web: Web, store: Store) -> None:
    better = add_event(store, "a" * 40, "b" * 40, 0.5)
    assert not GitHub("sgkit-dev/sgkit").wants(better)


def public_mark(event: Event) -> str:
    """The mark of earlier versions: each part of it is in the published feed or pages."""
    return f"<!-- gwas-tracker event {event.uid.replace('-', ' ')} -->"


def secret_mark(web: Web, tell: Callable[..., list[tuple[str, str]]]) -> str:
    """The mark of the event's issue, of which the answer was lost."""
    web.page = b"<html>a gateway's page</html>"
    with pytest.raises(UnreachableError):
        tell()
    web.page = b""
    return str(web.requests[-1][2]["body"]).splitlines()[-1]


@pytest.mark.parametrize("which", ["public", "secret"])
@pytest.mark.parametrize("author", [{"login": "stranger"}, None])
def test_an_issue_of_a_stranger_is_not_adopted_whatever_its_mark(
    web: Web, event: Event, tell: Callable[..., list[tuple[str, str]]],
    which: str, author: dict[str, str] | None,
) -> None:  # fmt: skip
    secret = secret_mark(web, tell)
    mark = secret if which == "secret" else public_mark(event)
    assert event.uid.partition("-")[2] not in secret
    web.listed = [{"number": 3, "body": f"adopt me {mark}", "user": author}]
    assert tell() == [("POST", PLACE)]
    assert tell(states.RESOLVED, "fixed")[-1] == ("PATCH", ISSUE)


@pytest.mark.parametrize("which", ["public", "secret"])
def test_an_issue_of_an_earlier_version_is_found_again(
    web: Web, event: Event, tell: Callable[..., list[tuple[str, str]]], which: str
) -> None:
    secret = secret_mark(web, tell)
    mark = secret if which == "secret" else public_mark(event)
    web.listed = [{"number": 7, "body": f"```text\nold\n```\n{mark}"}]
    assert tell() == [("PATCH", f"{PLACE}/7")]
    assert web.requests[-1][2]["body"].endswith(secret)


@pytest.mark.parametrize(("which", "found"), [("public", False), ("secret", True)])
def test_a_token_of_an_app_has_no_user_and_trusts_the_secret_mark_only(
    web: Web, event: Event, tell: Callable[..., list[tuple[str, str]]], which: str, found: bool
) -> None:
    web.statuses = {"/user": 403}
    secret = secret_mark(web, tell)
    mark = secret if which == "secret" else public_mark(event)
    web.listed = [{"number": 7, "body": mark, "user": {"login": "tracker[bot]"}}]
    assert tell() == [("PATCH", f"{PLACE}/7") if found else ("POST", PLACE)]


def test_who_the_token_belongs_to_is_not_guessed(
    web: Web, tell: Callable[..., list[tuple[str, str]]]
) -> None:
    web.listed = [{"number": 7, "body": secret_mark(web, tell)}]
    web.statuses = {"/user": 500}
    with pytest.raises(UnreachableError, match="HTTP 500"):
        tell()
    web.statuses = {}
    assert tell() == [("PATCH", f"{PLACE}/7")]

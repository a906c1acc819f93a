"""A sandboxed process has its own files, and nothing of it is left at its end."""

from __future__ import annotations

import os
import sys
import time
import uuid
from pathlib import Path

import psutil
import pytest

from tools.common.errors import ConfigError, MissingError
from tools.common.process import ProgramError
from tools.sandbox import confined, mechanism
from tools.sandbox.mechanism import Mechanism
from tools.sandbox.policy import Limits, Policy

VARIABLES = {"PATH": os.defpath}
NOTHING = Policy()
MANY = "for i in 1 2 3 4 5 6 7 8 9; do for j in 1 2 3 4 5 6 7 8 9; do sleep 9 & done; done; wait"


@pytest.fixture(params=list(Mechanism), ids=lambda each: each.value)
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Mechanism:
    """Each mechanism that works on this machine."""
    reason = mechanism.why_not(request.param)
    if reason is not None:
        pytest.skip(f"{request.param.value}: {reason}")
    monkeypatch.setattr(mechanism, "chosen", lambda: request.param)
    return request.param


def shell(code: str, policy: Policy = NOTHING, timeout: float = 20) -> str:
    return confined.run(["/bin/sh", "-c", code], policy, VARIABLES, timeout=timeout)


def processes(mark: str) -> list[int]:
    found = []
    for process in psutil.process_iter():
        try:
            if mark in process.cmdline():
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


def test_one_mechanism_hides_the_machine_here() -> None:
    """Continuous integration must test a real sandbox."""
    assert any(mechanism.why_not(each) is None for each in mechanism.ORDER[:2])


def test_files_variables_and_output(kind: Mechanism, tmp_path: Path) -> None:
    shown, written = tmp_path / "shown", tmp_path / "written"
    for folder in (shown, written):
        folder.mkdir()
        (folder / "file").write_text("here\n")
    policy = Policy(read=(shown,), write=(written,))
    code = f"cat {shown}/file; echo changed > {written}/file; echo $(env | cut -d= -f1)"
    output = shell(code, policy)
    assert output.startswith("here\n")
    given = set(output.split()[1:]) - {"_", "OLDPWD", "PWD", "JAVA_TOOL_OPTIONS"}
    assert given == {"HOME", "PATH", "TMPDIR"}
    assert (written / "file").read_text() == "changed\n"
    if kind is not Mechanism.NONE:
        shell(f"echo changed > {shown}/file || true", policy)
        assert (shown / "file").read_text() == "here\n"


def test_nothing_outlives_it(kind: Mechanism) -> None:
    mark = uuid.uuid4().hex
    sleep = f"env -i setsid {sys.executable} -c 'import time; time.sleep(60)' {mark} &"
    policy = Policy(read=(Path(sys.prefix), Path(sys.base_prefix)))
    shell(f"{sleep} ({sleep}) ; sleep 0.3", policy)
    assert processes(mark) == []
    with pytest.raises(ProgramError, match="took longer than 1 s") as caught:
        shell(f"{sleep} echo said; sleep 60", policy, timeout=1)
    assert caught.value.output == "said\n"
    assert processes(mark) == []


def test_its_end_is_told_with_its_last_lines(kind: Mechanism) -> None:
    with pytest.raises(ProgramError, match=r"exit status 3\)\n  why$"):
        shell("printf '\\033[31mwhy\\n'; exit 3")
    with pytest.raises(ProgramError, match="exit status 137"):
        shell("kill -9 $$")


@pytest.mark.parametrize(
    ("limits", "code", "reason"),
    [
        (Limits(threads=30), MANY, "processes"),
        (Limits(free_memory=1.0), "sleep 9", "of memory"),
        (Limits(file=1000), "head -c 5000 /dev/zero > $HOME/x || exit 5", "exit status"),
    ],
)  # fmt: skip
def test_what_it_may_use_up(limits: Limits, code: str, reason: str) -> None:
    started = time.monotonic()
    with pytest.raises(ProgramError, match=reason):
        shell(code, Policy(limits=limits))
    assert time.monotonic() - started < 8


def test_a_disk_that_it_fills(tmp_path: Path) -> None:
    free = os.statvfs(tmp_path).f_bavail * os.statvfs(tmp_path).f_frsize
    size = 3 << 30
    if free < 3 * size:
        pytest.skip("too little free space")
    policy = Policy(write=(tmp_path,), limits=Limits(free_disk=free - size // 2))
    with pytest.raises(ProgramError, match=r"free on the disk of"):
        shell(f"fallocate -l {size} {tmp_path}/x; sleep 9", policy)


def test_300_mb_of_output_are_cut() -> None:
    memory = psutil.Process().memory_info().rss
    output = shell("echo begin; head -c 300000000 /dev/zero | tr '\\0' x; echo end")
    assert output.startswith("begin\nx")
    assert output.endswith("xend\n")
    assert "bytes of output left out" in output
    assert len(output) < 200_000
    assert psutil.Process().memory_info().rss - memory < 50e6


def test_the_first_that_works_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(mechanism.VARIABLE, raising=False)
    reasons = {Mechanism.BUBBLEWRAP: "no", Mechanism.NAMESPACES: "not allowed"}
    monkeypatch.setattr(mechanism, "why_not", reasons.get)
    choose = mechanism.chosen.__wrapped__
    assert choose() is Mechanism.LANDLOCK
    monkeypatch.setattr(mechanism, "chosen", choose)
    assert "(bubblewrap: no; namespaces: not allowed)" in mechanism.description()
    monkeypatch.setattr(mechanism, "why_not", lambda each: "no")
    assert choose() is Mechanism.NONE
    assert "WITHOUT a sandbox" in mechanism.description()


def test_a_named_mechanism_must_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(mechanism.VARIABLE, "bubblewrap")
    monkeypatch.setattr(mechanism, "why_not", lambda each: "it is not installed")
    with pytest.raises(MissingError, match=r"bubblewrap.*not installed"):
        mechanism.chosen.__wrapped__()
    monkeypatch.setenv(mechanism.VARIABLE, "firejail")
    with pytest.raises(ConfigError, match="auto, bubblewrap, namespaces, landlock, none"):
        mechanism.chosen.__wrapped__()


def test_a_checkout_below_usr_is_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/usr/share"))
    reason = mechanism.why_not(Mechanism.BUBBLEWRAP)
    if reason is not None:
        pytest.skip(reason)
    monkeypatch.setattr(mechanism, "chosen", lambda: Mechanism.BUBBLEWRAP)
    shown = Path("/usr/share/zoneinfo")
    assert shell("ls /usr/share", Policy(read=(shown,))) == "zoneinfo\n"

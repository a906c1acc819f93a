"""What a night read from its environment is not to be found there by what it starts."""

import subprocess
import sys

from tools.common.paths import ROOT

NIGHT = """
import os, subprocess, sys
from tools.notify import channels
from tools.common import process

made = channels.of_table("toy.alerts", {"webhook": "GWAS_HOOK"}, print)
channels.forget_secrets([{"webhook": "GWAS_HOOK"}])
print(process.run([sys.executable, "-c", sys.argv[1]]).stdout)
print("ours", open("/proc/self/environ").read())
print("dumpable", process._libc.prctl(3))
"""
UPSTREAM = """
import os
print("child", dict(os.environ), open(f"/proc/{os.getppid()}/environ").read())
"""


def test_a_child_finds_no_secret_in_its_environment_nor_in_its_parents() -> None:
    secrets = {"GWAS_HOOK": "https://hooks/sekret", "GWAS_GITHUB_TOKEN": "sekret"}
    night = subprocess.run(
        [sys.executable, "-c", NIGHT, UPSTREAM],
        env={**secrets, "GWAS_SITE_URL": "https://perf.example.org"},
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert night.stdout.count("https://perf.example.org") == 3  # what is no secret stays
    assert "sekret" not in night.stdout
    assert "dumpable 0" in night.stdout

"""What `asv publish` adds for the study: its page, with figures, tables and downloads."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from asv.graph import GraphSet
from asv.publishing import OutputPublisher
from asv.repo import Repo

from tools.study.page import page


class Study(OutputPublisher):
    """The data of study.html; the page itself is among the static files."""

    name = "study"
    description = "Study page: tools compared, figures, guidelines"
    order = 11

    @classmethod
    def publish(
        cls,
        conf: Any,
        repo: Repo,
        benchmarks: Mapping[str, dict[str, Any]],
        graphs: GraphSet,
        revisions: Mapping[str, int],
    ) -> None:
        page.write(Path(conf.results_dir), Path(conf.benchmark_dir), Path(conf.html_dir))

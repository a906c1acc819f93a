"""`alerts compare`: measure one benchmark at two commits, in turn, in fresh processes."""

import argparse
import math
import statistics
from collections.abc import Sequence

from tools.common import paths
from tools.common.errors import UsageError
from tools.results.series_key import SeriesKey, choose


def add_action(actions: argparse._SubParsersAction) -> None:
    """Declare the action `compare`."""
    compare = actions.add_parser("compare", help="measure two commits in turn and print the ratio")
    compare.add_argument("old", help="a hash or tool/version")
    compare.add_argument("new", help="a hash or tool/version")
    compare.add_argument("benchmark", help="like hardy_weinberg.Sgkit.time_compute")
    compare.add_argument(
        "parameters", nargs="*", metavar="NAME=VALUE", help="like data=sim-2504-10k cores=1"
    )
    compare.add_argument("--stack", choices=("frozen", "dated"), default="frozen")
    compare.add_argument("--pairs", type=int, default=6, help="default %(default)s")
    compare.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Measure and print each pair, then the ratio with its 99 % interval."""
    # slow to import, and needed for this action only
    from tools.environments.machine import measuring_lock
    from tools.execution.measurement import Laboratory
    from tools.upstreams import config
    from tools.upstreams.mirror import Mirror

    if args.pairs < 2:
        raise UsageError("at least two pairs are needed: --pairs 2")
    key = _key(args.benchmark, args.parameters)
    mirror = Mirror(paths.mirror_dir())
    old, new = mirror.find(args.old), mirror.find(args.new)
    laboratory = Laboratory(config.load(paths.ROOT / "upstreams.toml"), mirror, args.stack)
    pairs = []
    with measuring_lock(paths.ROOT / "env"):
        for number in range(args.pairs):
            # A B, B A, ...: neither is always the first after a pause
            order = (
                ((old, "old"), (new, "new")) if number % 2 == 0 else ((new, "new"), (old, "old"))
            )
            values = {side: laboratory.value(commit, side, key) for commit, side in order}
            pair = values["old"], values["new"]
            pairs.append(pair)
            ratio = f"{pair[1] / pair[0]:.3f}" if min(pair) > 0 else "-"
            print(f"{pair[0]:.4g}  {pair[1]:.4g}  {ratio}", flush=True)
    print(conclusion(pairs))


def conclusion(pairs: Sequence[tuple[float, float]]) -> str:
    """The ratio of new to old with its interval; their difference where a value is 0 or less."""
    from tools.detection import sequential_test  # slow to import

    if min(map(min, pairs)) <= 0:
        difference = statistics.fmean(new - old for old, new in pairs)
        return f"new - old: {difference:.4g} on average; values of 0 have no ratio"
    logs = [math.log(new / old) for old, new in pairs]
    mean, width = sequential_test.interval(logs, sequential_test.ERROR)
    low, high = math.exp(mean - width), math.exp(mean + width)
    return f"new / old: {math.exp(mean):.3f}, 99 % interval {low:.3f} to {high:.3f}"


def _key(benchmark: str, parameters: list[str]) -> SeriesKey:
    from tools.execution import suite  # slow to import

    benchmarks = suite.benchmarks(paths.ROOT / "benchmarks")
    if benchmark not in benchmarks:
        raise UsageError(
            f"there is no benchmark {benchmark!r}", hint="names are like pca.Sgkit.time_compute"
        )
    return choose(benchmarks[benchmark], dict(word.partition("=")[::2] for word in parameters))

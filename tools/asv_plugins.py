"""What asv loads from asv.conf.json: our Repo, Environment and OutputPublisher classes."""

import sys
from pathlib import Path

from tools import migration
from tools.common import asv_config, asv_messages, paths
from tools.common.errors import explain_uncaught
from tools.common.process import end_on_signals

sys.excepthook = explain_uncaught  # before the imports below, which take long enough to interrupt
end_on_signals()  # a plain kill ends what was started as well
# asv's program finds `tools` by the plugin's leading dot, and would not find `benchmarks`
sys.path.append(str(paths.ROOT))
if Path("asv.conf.json").exists():  # asv reads it before it loads plugins, and checks nothing
    asv_config.check(Path("asv.conf.json").absolute())
migration.run(paths.ROOT / "results")  # before asv can rewrite results/benchmarks.json

# E402: after what is above, on purpose; F401: importing them is enough for asv to use them
from tools.environments.plan import STACKS  # noqa: E402
from tools.execution import asv_environment  # noqa: E402, F401
from tools.execution.asv_run import environment  # noqa: E402
from tools.site import asv_publisher, publishing  # noqa: E402, F401
from tools.study.page import publisher  # noqa: E402, F401
from tools.upstreams import asv_repo  # noqa: E402, F401

asv_messages.explain([environment(stack) for stack in STACKS])

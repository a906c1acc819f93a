"""What asv loads from asv.conf.json: our Repo, Environment and OutputPublisher classes."""

import sys

from tools.common import paths
from tools.common.errors import explain_uncaught
from tools.common.process import end_on_signals
from tools.environments import asv_environment  # noqa: F401  (asv finds the subclasses)
from tools.site import asv_publisher, study_publisher  # noqa: F401
from tools.upstreams import asv_repo  # noqa: F401

# asv's program finds `tools` by the plugin's leading dot, and would not find `benchmarks`
sys.path.append(str(paths.ROOT))
sys.excepthook = explain_uncaught
end_on_signals()  # a plain kill ends what was started as well

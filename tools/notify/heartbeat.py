"""The heartbeat: an address that is called after each good night (a dead-man's switch).

A service that expects the call tells people when none comes: also when this machine is off.
"""

from tools.notify import http_request
from tools.notify.deadline import Deadline

VARIABLE = "GWAS_HEARTBEAT_URL"
SECONDS = 30.0


def call(address: str, seconds: float = SECONDS) -> None:
    """Call the address; UnreachableError without a good answer."""
    http_request.request("GET", address, VARIABLE, Deadline(seconds))

"""The Atom feed of alerts: every event that was confirmed, with absolute links."""

import uuid
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from pathlib import Path

from tools.alerts.events import Event
from tools.alerts.states import MERGED
from tools.common import files
from tools.notify.message import Message

_ATOM = "http://www.w3.org/2005/Atom"
_OURS = uuid.uuid5(uuid.NAMESPACE_URL, "gwas-tracker")


def write(path: Path, site: str, notifications: Iterable[tuple[Event, Message]]) -> None:
    """Write the feed; a merged event has no entry of its own.

    An entry keeps its id when the site moves, so that a reader shows each event once. The ids of
    two trackers differ.
    """
    ET.register_namespace("", _ATOM)
    root = ET.Element(f"{{{_ATOM}}}feed")
    entries = [(event, message) for event, message in notifications if event.state != MERGED]
    home = site.rstrip("/")
    _add(root, "title", "GWAS performance tracker: alerts")
    _add(root, "id", f"{home}/alerts.xml")
    _add(
        root,
        "updated",
        max((event.updated for event, _ in entries), default="1970-01-01T00:00:00+00:00"),
    )
    ET.SubElement(root, f"{{{_ATOM}}}link", rel="self", href=f"{home}/alerts.xml")
    for event, message in entries:
        entry = ET.SubElement(root, f"{{{_ATOM}}}entry")
        _add(entry, "title", message.subject)
        _add(entry, "id", f"urn:uuid:{uuid.uuid5(_OURS, event.uid)}")
        _add(entry, "published", event.created)
        _add(entry, "updated", event.updated)
        _add(ET.SubElement(entry, f"{{{_ATOM}}}author"), "name", "GWAS performance tracker")
        ET.SubElement(entry, f"{{{_ATOM}}}link", rel="alternate", href=message.url)
        content = _add(entry, "content", message.text)
        content.set("type", "text")
    ET.indent(root)
    files.write_text(path, ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n")


def _add(parent: ET.Element, name: str, text: str) -> ET.Element:
    child = ET.SubElement(parent, f"{{{_ATOM}}}{name}")
    # what XML cannot hold at all, however it is escaped
    child.text = "".join(c for c in text if c in "\n\t" or ord(c) >= 32)
    return child

"""A look at what arrives by a virus scanner, where the installation has one: ClamAV's clamd.

A file waits in the private folder for what arrives until it was found clean; nobody can fetch it there.
"""

import structlog
from clamav_client.clamd import ClamdError, ClamdNetworkSocket, ClamdUnixSocket

from portal_app.core.errors import Refusal
from portal_app.settings import settings
from portal_app.shapes.files import Upload

_log = structlog.get_logger(__name__)

_SECONDS = 60
CANNOT = (
    "Files are checked for viruses here, and the check does not answer just now. Your file was not taken in. "
    "Send it again in a few minutes."
)


class Harmful(Refusal):
    """A file in which the scanner found something; `what` is the scanner's name for it."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The virus check found something harmful in that file ({what}). It was not taken in. "
            "Check the device that it comes from, or send another file.",
            "file",
        )
        self.what = what


def check(upload: Upload) -> None:
    """Let a clean file pass. Raises Harmful, or Refusal where the scanner cannot be asked.

    Without a scanner in the settings every file passes. Waits for the scanner, so not on the loop.
    """
    place = settings().clamd
    if not place:
        return
    try:
        with upload.path.open("rb") as content:
            said, what = _client(place).instream(content).get("stream", ("", ""))
    except (ClamdError, OSError) as trouble:
        _log.warning("scanning.no_answer", trouble=type(trouble).__name__, size=upload.size)
        raise Refusal(CANNOT, "file") from trouble
    if said == "FOUND":
        raise Harmful("".join(letter for letter in str(what) if letter.isprintable())[:80])
    if said != "OK":
        _log.warning("scanning.no_answer", trouble="said neither yes nor no", size=upload.size)
        raise Refusal(CANNOT, "file")


def _client(place: str) -> ClamdNetworkSocket:
    if place.startswith("/"):
        return ClamdUnixSocket(place, _SECONDS)
    host, _, port = place.rpartition(":")
    return ClamdNetworkSocket(host, int(port), _SECONDS)

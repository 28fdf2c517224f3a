"""One build for every host, port and scheme: the browser asks for the address it is at."""

import re
from pathlib import Path
from typing import Any

from reflex_base.constants import Endpoint, Env
from reflex_base.environment import environment
from reflex_base.plugins import Plugin

_NOWHERE = "portal.invalid"
_ADDRESS = re.compile(rf"""([`'"])(http|ws)://{re.escape(_NOWHERE)}(/[\w/-]+)\1""")
_DROPPED_PORT = re.compile(r"""\b(\w+)\.port\s*=\s*(?:``|''|"")""")


class UnknownBuild(RuntimeError):
    """The built script does not look as it should, so it was not touched."""


def _from_here(found: re.Match[str]) -> str:
    origin = "location.origin" if found[2] == "http" else 'location.origin.replace("http","ws")'
    return f'({origin}+"{found[3]}")'


def follow_the_browser(static_dir: Path) -> Path:
    """Replace the server's address in a build by the one in the address bar, and say which file held it.

    Raises UnknownBuild when the addresses are not all in one script, or the line that drops the port of
    an https page is not found exactly once: then Reflex has changed and this needs another look.
    """
    holders = [
        path
        for path in sorted(static_dir.rglob("*"))
        if path.is_file() and _NOWHERE.encode() in path.read_bytes()
    ]
    if len(holders) != 1 or holders[0].suffix != ".js":
        raise UnknownBuild(
            f"The server's address is in {len(holders)} built files, not in one script: {holders}"
        )
    text, swapped = _ADDRESS.subn(_from_here, holders[0].read_text())
    if swapped != len(Endpoint) or _NOWHERE in text:
        raise UnknownBuild(f"{swapped} of {len(Endpoint)} addresses were recognised in {holders[0].name}")
    scripts = {path: path.read_text() for path in sorted(static_dir.rglob("*.js"))}
    droppers = [(path, hit) for path, script in scripts.items() for hit in _DROPPED_PORT.finditer(script)]
    if len(droppers) != 1:
        raise UnknownBuild(f"The line that drops the port stands in {len(droppers)} places, not in one")
    path, hit = droppers[0]
    kept = scripts[path][: hit.start()] + f"{hit[1]}.port=location.port" + scripts[path][hit.end() :]
    path.write_text(kept)
    holders[0].write_text(text)
    return holders[0]


class AnyAddress(Plugin):
    """Builds the front end so that it speaks to whichever address it was loaded from."""

    def update_env_json(self, **_context: Any) -> dict[str, Any] | None:
        """Give a finished build a marker in place of an address; hot reloading keeps the real one."""
        if environment.REFLEX_ENV_MODE.get() == Env.DEV:
            return None
        schemes = {endpoint: "ws" if endpoint == Endpoint.EVENT else "http" for endpoint in Endpoint}
        return {endpoint.name: f"{schemes[endpoint]}://{_NOWHERE}{endpoint}" for endpoint in Endpoint}

    def post_build(self, **context: Any) -> None:
        """Swap the marker for the browser's own address, before the files are compressed."""
        follow_the_browser(Path(context["static_dir"]))

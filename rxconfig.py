"""The app's name, its plugins, and where node is found; nothing else."""

import os
import sys
from pathlib import Path

# Reflex looks for node while it is imported. The wheel's node goes first, whatever else the machine has;
# unresolved, since resolving the link would leave the virtual environment.
_BIN = str(Path(sys.executable).parent)
if os.environ.get("PATH", "").split(os.pathsep)[0] != _BIN:
    os.environ["PATH"] = os.pathsep.join(part for part in (_BIN, os.environ.get("PATH", "")) if part)
os.environ.setdefault("REFLEX_USE_NPM", "1")
os.environ.setdefault("REFLEX_TELEMETRY_ENABLED", "false")
os.environ.setdefault("REFLEX_CHECK_LATEST_VERSION", "false")

import reflex as rx  # noqa: E402 - only after the lines above

from portal_app.settings import settings  # noqa: E402 - beside its neighbours
from scripts.any_address import AnyAddress  # noqa: E402 - imports reflex

_HERE = settings()

config = rx.Config(
    app_name="portal_app",
    frontend_port=_HERE.port,
    backend_port=_HERE.port,
    cors_allowed_origins=list(dict.fromkeys((_HERE.public_url.rstrip("/"), *_HERE.origins))),
    trusted_proxy_hops=_HERE.proxy_hops,
    redis_url=_HERE.redis_url or None,
    state_manager_mode="redis" if _HERE.redis_url else "memory",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    frontend_compression_formats=["brotli", "gzip"],
    plugins=[AnyAddress()],
    disable_plugins=[rx.plugins.SitemapPlugin],
)

"""A virus scanner on loopback: ClamAV's own daemon, or one that speaks its INSTREAM."""

import shutil
import socket
import socketserver
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SIGN = b"this-would-harm"
"""What the scanners of these tests take for harmful."""


class _Speaks(socketserver.StreamRequestHandler):
    """`nINSTREAM`, pieces with their length before them, an empty one at the end (man clamd)."""

    def handle(self) -> None:
        if self.rfile.readline() != b"nINSTREAM\n":
            self.wfile.write(b"UNKNOWN COMMAND\n")
            return
        content = b""
        while size := struct.unpack("!L", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
            if len(content) > 512 * 1024:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\n")
                return
        self.wfile.write(b"stream: Test.Harmful FOUND\n" if SIGN in content else b"stream: OK\n")


@contextmanager
def speaking() -> Iterator[str]:
    """The address of a small server that answers as clamd does, with a limit of 512 kB."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Speaks) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@contextmanager
def real(folder: Path) -> Iterator[str]:
    """The socket of ClamAV's daemon, with the one signature that these tests need."""
    (folder / "signs").mkdir()
    (folder / "signs" / "own.ndb").write_text(f"Test.Harmful:0:*:{SIGN.hex()}\n")
    place, setting = folder / "clamd.ctl", folder / "clamd.conf"
    setting.write_text(
        f"LocalSocket {place}\nDatabaseDirectory {folder / 'signs'}\nForeground yes\n"
        f"StreamMaxLength 512K\nLogFile {folder / 'log'}\n"
    )
    program = shutil.which("clamd")
    assert program
    quiet = subprocess.DEVNULL
    running = subprocess.Popen([program, "-c", str(setting)], stdout=quiet, stderr=quiet)  # noqa: S603 -- what PATH has
    try:
        _await(place, running)
        yield str(place)
    finally:
        running.terminate()
        running.wait(20)


def _await(place: Path, running: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        with suppress(OSError), socket.socket(socket.AF_UNIX) as line:
            line.connect(str(place))
            return
        assert running.poll() is None, "clamd ended"
        time.sleep(0.1)
    raise AssertionError("clamd did not open its socket")

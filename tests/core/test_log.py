"""What the log says, and what it never says."""

import json

import pytest
import structlog
from sqlmodel import text

from portal_app.core import log
from portal_app.core.access import acting_for


@pytest.fixture(autouse=True)
def _as_before():
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.mark.line("S-16")
@pytest.mark.usefixtures("both_engines")
def test_a_failure_is_one_line_of_json_without_a_value_of_anybodys(people, capsys):
    log.configure()
    typed = "open-the-portal"
    try:
        with acting_for(people.owner) as access:
            access.db.execute(text("SELECT :word FROM nowhere"), {"word": typed})
    except Exception:  # noqa: BLE001 -- whatever the engine raises
        structlog.get_logger().exception("event.failed", reference="ERR-1", password=typed, reset_token=typed)
    (line,) = capsys.readouterr().err.splitlines()
    said = json.loads(line)
    assert (said["event"], said["reference"], said["level"], said["password"]) == (
        "event.failed",
        "ERR-1",
        "error",
        "***",
    )
    assert said["exception"][0]["frames"]
    assert typed not in line


@pytest.mark.line("S-16", "S-71")
def test_what_an_exception_says_is_left_out_with_its_causes_and_notes(capsys):
    log.configure()
    try:
        try:
            int("4929-mine")
        except ValueError as cause:
            cause.add_note("4929-mine")
            raise ExceptionGroup("4929-mine is wrong", [KeyError("4929-mine")]) from cause
    except ExceptionGroup:
        structlog.get_logger().exception("event.failed")
    (line,) = capsys.readouterr().err.splitlines()
    assert {one["exc_type"] for one in json.loads(line)["exception"]} >= {"ExceptionGroup", "ValueError"}
    assert "4929" not in line

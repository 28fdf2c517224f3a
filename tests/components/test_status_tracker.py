"""The tracker says where a thing stands, since when and who moves next, or it refuses."""

import dataclasses

import pytest
import reflex as rx

from portal_app.components.blocks.status_tracker import OUTAGE, SAMPLES, status_tracker
from portal_app.shapes.status import Stage
from tests.components.drawn import named, props, text


class TrackerState(rx.State):
    """Stages known only in the browser."""

    stages: list[Stage] = []


@pytest.mark.line("X-05")
@pytest.mark.parametrize("missing", ["next_who", "next_what", "when"])
def test_a_bare_in_progress_is_refused(missing):
    bare = dataclasses.replace(OUTAGE[2], **{missing: ""})
    with pytest.raises(ValueError, match="Crew on the way"):
        status_tracker((*OUTAGE[:2], bare))


@pytest.mark.line("X-05")
def test_a_past_stage_without_its_time_is_refused():
    with pytest.raises(ValueError, match="when it was entered"):
        status_tracker((Stage("Reported", "past"),))


@pytest.mark.line("X-05")
def test_the_open_stage_says_since_when_who_and_by_when():
    drawing = status_tracker(OUTAGE)
    here = [item for item in named(drawing, "li") if props(item)["aria-current"] == '"step"']
    assert len(here) == 1
    said = text(drawing)
    assert "Since 13:31" in said
    assert "Next: crew 7 at Brightwater At the fault by 14:10." in said
    for past in ("12:50 today", "13:05"):
        assert past in said


@pytest.mark.line("X-05")
def test_readers_hear_how_each_stage_stands():
    assert text(SAMPLES["across"]()).count(", done") == 2
    assert text(SAMPLES["across"]()).count(", not yet") == 2


@pytest.mark.line("X-05")
def test_a_live_open_stage_without_a_next_move_admits_it():
    tree = str(status_tracker(TrackerState.stages).render())
    assert "Next: not known yet" in tree
    assert "Ask us and we find out." in tree
    assert "We have no time for this stage." in tree

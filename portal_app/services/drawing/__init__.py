"""Figures turned into shapes ready to draw: bars, curves, rulers, gauges, maps. Pure, without a database."""

from portal_app.services.drawing.bars import bar_chart
from portal_app.services.drawing.lines import line_chart
from portal_app.services.drawing.maps import MapMark, map_view
from portal_app.services.drawing.rules import compare_bars, gauge, rule, wizard_progress

__all__ = [
    "MapMark",
    "bar_chart",
    "compare_bars",
    "gauge",
    "line_chart",
    "map_view",
    "rule",
    "wizard_progress",
]

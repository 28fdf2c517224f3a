"""Reads a drawing's render tree the way a printer of HTML does."""

import json
import re
from collections.abc import Iterator
from typing import Any

import reflex as rx

_PROP = re.compile(r'^"?([\w-]+)"?:(.*)$', re.DOTALL)


def nodes(drawing: rx.Component) -> Iterator[dict[str, Any]]:
    """Every node of a drawing, from the outside in."""
    waiting = [drawing.render()]
    while waiting:
        node = waiting.pop(0)
        yield node
        waiting = [node[side] for side in ("true_value", "false_value") if side in node] + waiting
        waiting = list(node.get("children", ())) + waiting


def props(node: dict[str, Any]) -> dict[str, str]:
    """The props of a node as written."""
    found = {}
    for prop in node.get("props", ()):
        match = _PROP.match(prop)
        assert match, prop
        found[match[1]] = match[2]
    return found


def named(drawing: rx.Component, name: str) -> list[dict[str, Any]]:
    """All elements of one name."""
    return [node for node in nodes(drawing) if node.get("name", "").strip('"') == name]


def text(drawing: rx.Component) -> str:
    """The words of a plain drawing."""
    return " ".join(
        " ".join(json.loads(node["contents"]) for node in nodes(drawing) if "contents" in node).split()
    )


def classes(drawing: rx.Component) -> set[str]:
    """Every class name a plain drawing wears."""
    worn: set[str] = set()
    for node in nodes(drawing):
        worn.update(json.loads(props(node).get("className", '""')).split())
    return worn


def not_literal(drawing: rx.Component) -> list[str]:
    """What a printer of HTML could not print: conditions, loops, generated classes, props that are code."""
    found = []
    for node in nodes(drawing):
        found += [
            f"{node['name']} has {key}" for key in ("cond_state", "iterable", "match_cases") if key in node
        ]
        if "contents" in node:
            json.loads(node["contents"])
        for name, value in props(node).items():
            if name.startswith("on") or name == "ref":
                continue
            if name == "style":
                value = re.sub(r"\[(\"[^\"]+\")\] :", r"\1:", value.strip()[1:-1])
            try:
                json.loads(value)
            except ValueError:
                found.append(f"{node['name']} {name}:{value}")
            if name == "css":
                found.append(f"{node['name']} has a generated class")
    return found

"""Draws a block called with plain values as HTML: the headline that travels with the page.

A block over plain values renders to a tree of literals (see `draw`). This walker prints that tree; anything
that only a browser could know (a Var, a loop over one) is refused, so that nothing is ever half drawn.
"""

import json
import re
from html import escape
from typing import Any

import reflex as rx

_VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
_NAMES = {"className": "class", "htmlFor": "for", "to": "href", "xlinkHref": "href"}
_AS_WRITTEN = {"viewBox", "preserveAspectRatio", "pathLength", "gradientUnits", "patternUnits"}
_ONE_WORD = {
    "autoComplete",
    "autoFocus",
    "colSpan",
    "dateTime",
    "encType",
    "inputMode",
    "maxLength",
    "minLength",
    "noValidate",
    "popoverTarget",
    "popoverTargetAction",
    "readOnly",
    "rowSpan",
    "srcSet",
    "tabIndex",
}
_GUARDED = re.compile(r'^\(isNotNullOrUndefined\((?P<one>.*)\) \? (?P=one) : ""\)$', re.DOTALL)
_STYLE_PART = re.compile(r'\["(?P<name>[^"]+)"\] : (?P<value>"(?:[^"\\]|\\.)*"|[-\d.]+)')
_NOT_DRAWN = {"key", "ref", "css", "reloadDocument", "prefetch", "suppressHydrationWarning"}


class CannotPrint(ValueError):
    """A drawing holds something that only a browser knows; the message says where."""


def as_html(drawing: rx.Component) -> str:
    """The HTML of a drawing made from plain values. Raises CannotPrint for a live one."""
    return _node(drawing.render())


def _node(node: dict[str, Any]) -> str:
    if "contents" in node:
        return escape(str(_literal(node["contents"], "a text")), quote=False)
    if "cond_state" in node or "iterable" in node or "match_cases" in node:
        raise CannotPrint(f"a choice or loop over a live value: {str(node)[:120]}")
    name, inside = _tag(node["name"]), "".join(_node(child) for child in node["children"])
    if name == "":
        return inside
    attributes = "".join(_attribute(prop, name) for prop in node["props"])
    return f"<{name}{attributes}>" if name in _VOID else f"<{name}{attributes}>{inside}</{name}>"


def _tag(name: str) -> str:
    if name == "Fragment":
        return ""
    if name == "ReactRouterLink":
        return "a"
    if name.startswith('"'):
        return json.loads(name)
    raise CannotPrint(f"<{name}> is a part of the browser's own")


def _attribute(prop: str, tag: str) -> str:
    quoted = re.match(r'^"([^"]+)":', prop)
    name, value = (quoted.group(1), prop[quoted.end() :]) if quoted else prop.split(":", 1)
    if name in _NOT_DRAWN or re.match(r"on[A-Z]", name):
        return ""
    written = _style(value) if name == "style" else _literal(value, f"{name} of <{tag}>")
    if written is False and not name.startswith("aria"):
        return ""
    if written is None or written == "" and name == "className":
        return ""
    if written is True and not name.startswith("aria"):
        return f" {_spelled(name)}"
    text = str(written).lower() if isinstance(written, bool) else str(written)
    return f' {_spelled(name)}="{escape(text)}"'


def _spelled(name: str) -> str:
    if name in _NAMES:
        return _NAMES[name]
    if name in _AS_WRITTEN:
        return name
    if name in _ONE_WORD:
        return name.lower()
    return re.sub(r"[A-Z]", lambda letter: "-" + letter.group().lower(), name)


def _style(value: str) -> str:
    parts = _STYLE_PART.findall(value)
    if not parts:
        raise CannotPrint(f"a style that is not plain: {value[:80]}")
    return ";".join(f"{_css(name)}:{json.loads(text)}" for name, text in parts)


def _css(name: str) -> str:
    return (
        name if name.startswith("--") else re.sub(r"[A-Z]", lambda letter: "-" + letter.group().lower(), name)
    )


def _literal(value: str, where: str) -> Any:
    guarded = _GUARDED.match(value)
    if guarded:
        value = guarded.group("one")
    try:
        return json.loads(value)
    except ValueError as trouble:
        raise CannotPrint(f"{where} is not plain: {value[:80]}") from trouble

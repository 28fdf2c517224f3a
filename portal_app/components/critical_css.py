"""The part of the style sheet that one piece of HTML needs, so that it can travel inside the page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_CLASS = re.compile(r'class="([^"]*)"')
_TAG = re.compile(r"<([a-z][a-z0-9]*)")
_ATTRIBUTE = re.compile(r""" ([a-z][\w-]*)(?:="([^"]*)")?(?=[ >])""")
_INLINE = re.compile(r'style="([^"]*)"')
_IN_SELECTOR = re.compile(
    r"(?P<kind>[.#]?)(?P<name>-?[a-zA-Z_][\w-]*)|:{1,2}[\w-]+(\([^()]*(\([^()]*\))?[^()]*\))?|\[[^\]]*\]"
)
_GROUPS = ("@media", "@container", "@supports", "@layer")
_ALWAYS = {"html", "body", "root"}
_LATER = re.compile(
    r":(?:hover|active|disabled|checked|invalid|user-invalid)\b|::(?:selection|placeholder|backdrop)"
)
_ASKED_OF = re.compile(r"""\[([\w-]+)(?:([~|^$*]?)=["']?([^"'\]]*)["']?)?\]""")
_INSIDE_NOT = re.compile(r":not\([^()]*\)")
_SET_LATER = {"data-theme", "data-offline", "open"}
_NAMED = re.compile(r"(--[\w-]+)\s*:([^;{}]*);?")
_USED = re.compile(r"var\((--[\w-]+)")


def needed(css: str, html: str) -> str:
    """The rules of `css` that say something about `html` as it stands, in their order.

    Every class, element and attribute that a rule asks for stands in `html`. What shows only once somebody
    acts (hover, a switch turned on) and colours that nothing uses come later, with the whole sheet.
    """
    classes = frozenset(name for found in _CLASS.findall(html) for name in found.split())
    tags = frozenset(_TAG.findall(html)) | _ALWAYS
    return _needed(css, _Held(classes, tags, frozenset(_ATTRIBUTE.findall(html))), _styles_of(html))


def _styles_of(html: str) -> frozenset[str]:
    return frozenset(name for style in _INLINE.findall(html) for name in _USED.findall(style))


@lru_cache(maxsize=64)
def _needed(css: str, held: "_Held", used: frozenset[str]) -> str:
    return _without_unused("".join(_kept(css, held)), used)


def _without_unused(css: str, used: frozenset[str]) -> str:
    """The rules without custom properties that none of them reads, nor any that is read by those."""
    fewer = _reading(css, used | frozenset(_USED.findall(css)))
    return _without_unused(fewer, used) if fewer != css else re.sub(r"[^{}]+\{\}", "", css.replace(";}", "}"))


def _reading(css: str, read: frozenset[str]) -> str:
    return _NAMED.sub(lambda found: found.group() if found.group(1) in read else "", css)


@dataclass(frozen=True)
class _Held:
    """What stands in the HTML: its classes, its elements, its attributes with their values."""

    classes: frozenset[str]
    tags: frozenset[str]
    attributes: frozenset[tuple[str, str]]

    def has(self, name: str, sort: str, value: str) -> bool:
        """Whether any element carries this attribute, with this value where one is asked for."""
        if name in _SET_LATER:
            return True
        if sort or not value:
            return any(held == name for held, _ in self.attributes)
        return (name, value) in self.attributes


def _kept(css: str, held: _Held) -> Iterator[str]:
    for head, body in _rules(css):
        if head.startswith(_GROUPS):
            inside = "".join(_kept(body, held))
            if inside and "print" not in head and "forced-colors" not in head:
                yield f"{head}{{{inside}}}"
        elif head.startswith("@font-face"):
            yield f"{head}{{{body}}}"
        elif not head.startswith("@"):
            selectors = [one for one in _split(head) if _matches(one, held)]
            if selectors:
                yield f"{','.join(selectors)}{{{body}}}"


def _rules(css: str) -> Iterator[tuple[str, str]]:
    """Cut a sheet into (head, body) at its outermost braces."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    start = depth = 0
    head = ""
    for place, letter in enumerate(css):
        if letter == "{":
            depth += 1
            if depth == 1:
                head, start = css[start:place].strip(), place + 1
        elif letter == "}":
            depth -= 1
            if depth == 0:
                yield head, css[start:place].strip()
                start = place + 1
        elif letter == ";" and depth == 0:
            start = place + 1


def _split(head: str) -> list[str]:
    """Selectors of a list, commas inside brackets left alone."""
    return [one.strip() for one in re.split(r",(?![^(\[]*[)\]])", head)]


def _matches(selector: str, held: _Held) -> bool:
    if _LATER.search(selector):
        return False
    for name, sort, value in _ASKED_OF.findall(_INSIDE_NOT.sub("", re.sub(r":is\([^()]*\)", "", selector))):
        if not held.has(name, sort, value):
            return False
    for part in _IN_SELECTOR.finditer(selector):
        kind, name = part.group("kind"), part.group("name")
        if name is None:
            continue
        if kind == "." and name not in held.classes:
            return False
        if kind == "" and name not in held.tags:
            return False
    return True

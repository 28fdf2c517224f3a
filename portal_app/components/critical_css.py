"""The part of the style sheet that one piece of HTML needs, so that it can travel inside the page."""

import re
from collections.abc import Iterator
from functools import lru_cache

_CLASS = re.compile(r'class="([^"]*)"')
_TAG = re.compile(r"<([a-z][a-z0-9]*)")
_IN_SELECTOR = re.compile(r"(?P<kind>[.#]?)(?P<name>-?[a-zA-Z_][\w-]*)|:{1,2}[\w-]+(\([^()]*(\([^()]*\))?[^()]*\))?|\[[^\]]*\]")
_GROUPS = ("@media", "@container", "@supports", "@layer")
_ALWAYS = {"html", "body", "root"}


def needed(css: str, html: str) -> str:
    """The rules of `css` whose every class and element stands in `html`, in their order."""
    classes = frozenset(name for found in _CLASS.findall(html) for name in found.split())
    return _needed(css, classes, frozenset(_TAG.findall(html)) | _ALWAYS)


@lru_cache(maxsize=64)
def _needed(css: str, classes: frozenset[str], tags: frozenset[str]) -> str:
    return "".join(_kept(css, classes, tags))


def _kept(css: str, classes: frozenset[str], tags: frozenset[str]) -> Iterator[str]:
    for head, body in _rules(css):
        if head.startswith(_GROUPS):
            inside = "".join(_kept(body, classes, tags))
            if inside and "print" not in head and "forced-colors" not in head:
                yield f"{head}{{{inside}}}"
        elif head.startswith("@font-face"):
            yield f"{head}{{{body}}}"
        elif not head.startswith("@"):
            selectors = [one for one in _split(head) if _matches(one, classes, tags)]
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


def _matches(selector: str, classes: frozenset[str], tags: frozenset[str]) -> bool:
    for part in _IN_SELECTOR.finditer(selector):
        kind, name = part.group("kind"), part.group("name")
        if name is None:
            continue
        if kind == "." and name not in classes:
            return False
        if kind == "" and name not in tags:
            return False
    return True

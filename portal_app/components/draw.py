"""Drawing with a live value or a plain one alike: loops, choices, joined words, inline styles, SVG.

A block called with a `Var` becomes a live tree; called with plain values it becomes a tree whose
`.render()` holds only literals, which can be printed as HTML before any script runs. What a printer meets:

- text is `{"contents": '"..."'}`, a JSON string;
- props are `name:literal`, the name quoted when it holds a dash (`"aria-label":"..."`, `className:"..."`);
- an inline style is the prop `style:({ ["width"] : "12%" })`. It comes from `styled(...)`, never from
  Reflex's `style=`, which would end in a `css` prop and a generated class;
- SVG shapes take all their attributes through `svg(...)`, so numbers, dashes and camel case arrive as written
  (`viewBox`, `strokeDasharray`, `pathLength`);
- `when` and `each` leave no trace for plain values beyond a `Fragment`: no `cond_state`, no `iterable`;
- `ids(...)` sets an id without the React ref that Reflex's `id=` brings.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

import reflex as rx

Drawing = rx.Component | Callable[[], rx.Component] | str
"""A component, a text, or a function that draws one when it is needed."""


def live(value: Any) -> bool:
    """Whether a value is known only in the browser."""
    return isinstance(value, rx.Var)


def _drawn(drawing: Drawing | None) -> Any:
    if drawing is None:
        return rx.fragment()
    return drawing() if callable(drawing) and not isinstance(drawing, rx.Component) else drawing


def each(items: Any, draw: Callable[[Any], rx.Component]) -> rx.Component:
    """Draw every item: a Python loop over a plain sequence, `rx.foreach` over a Var."""
    if live(items):
        return rx.foreach(items, draw)
    return rx.fragment(*(draw(item) for item in items))


def each_numbered(items: Any, draw: Callable[[Any, Any], rx.Component]) -> rx.Component:
    """Draw every item with its place, counted from 0."""
    if live(items):
        return rx.foreach(items, draw)
    return rx.fragment(*(draw(item, place) for place, item in enumerate(items)))


def when(fact: Any, shown: Drawing, otherwise: Drawing | None = None) -> Any:
    """One drawing or another. An empty text or list counts as no.

    Pass a function for a drawing that may only be made when the fact holds.
    """
    if live(fact):
        return rx.cond(fact, _drawn(shown), _drawn(otherwise))
    return _drawn(shown if fact else otherwise)


def either(fact: Any, yes: Any, no: Any) -> Any:
    """One of two plain values, for a prop: a class name, a link, a number."""
    if live(fact):
        return rx.cond(fact, yes, no)
    return yes if fact else no


def pick(value: Any, table: dict[str, Any], default: Any) -> Any:
    """The entry of a table for a value: a class for a tone, an icon for a direction."""
    if live(value):
        return rx.match(value, *table.items(), default)
    return table.get(value, default)


def words(*parts: Any) -> Any:
    """Texts and Vars joined into one text."""
    if any(live(part) for part in parts):
        return rx.Var.create("".join(f"{part}" for part in parts))
    return "".join(str(part) for part in parts)


_TOGETHER = (
    r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{1,2} [A-Z][a-z]{2,8}(?: \d{4})?(?:(?:,| at) \d\d:\d\d)?"
    r"|\b\d\d:\d\d to \d\d:\d\d|\b\d{4} \d{4}\b(?: \d+)*|\b\d[\d,.]* (?:%|kWh|therms|F\b|°C)"
)


def unbroken(text: Any) -> Any:
    """The same words, with every date, span of hours, meter number and amount on one line."""
    if live(text):
        return rx.Var(
            f"(({text!s}) ?? '').replace(/{_TOGETHER}/g, (found) => found.replaceAll(' ', '\\u00a0'))",
            _var_type=str,
            _var_data=text._get_all_var_data(),
        )
    if not isinstance(text, str):
        return text
    return re.sub(_TOGETHER, lambda found: found[0].replace(" ", "\u00a0"), text)


_REFERENCE = r"(\b[A-Z]{2,5}(?:-[0-9A-Z]{4,10}){1,2}\b)"


def prose(text: Any) -> Any:
    """A sentence, with what `unbroken` keeps on one line and every reference such as "OUT-7K2M9Q" whole."""
    kept = unbroken(text)
    if isinstance(kept, rx.Component):
        return kept
    if live(kept):
        expression, data = f"({kept!s}).split(/{_REFERENCE}/)", kept._get_all_var_data()
        parts: Any = rx.Var(expression, _var_type=list[str], _var_data=data)
    else:
        parts = re.split(_REFERENCE, kept)
    # What stands between brackets of a pattern that splits is every second part.
    return each_numbered(
        parts, lambda part, at: when(at % 2, rx.el.span(part, class_name="num"), rx.fragment(part))
    )


def rules(*names: str | tuple[str, Any]) -> str:
    """Class names that hold: plain ones and (name, fact) pairs with plain facts."""
    kept: Iterable[str] = (n if isinstance(n, str) else n[0] for n in names if isinstance(n, str) or n[1])
    return " ".join(name for name in kept if name)


def styled(**parts: Any) -> dict[str, Any]:
    """The `custom_attrs` entry of an inline style: `rx.el.i(custom_attrs=styled(width="12%"))`.

    Names are CSS properties in camel case; a custom property is given as `at_` for `--at`.
    """
    style = {("--" + name[:-1] if name.endswith("_") else name): value for name, value in parts.items()}
    # A Var inside a plain dict would be drawn without the state it comes from; wrapped, it brings it along.
    return {"style": rx.Var.create(style) if any(map(live, parts.values())) else style}


def ids(name: Any, **more: Any) -> dict[str, Any]:
    """The `custom_attrs` entry of an id, with further attributes as React spells them."""
    return {"id": name, **more}


_SHAPES = {
    name: getattr(rx.el.svg, name)
    for name in (
        "g",
        "path",
        "line",
        "rect",
        "circle",
        "use",
        "text",
        "tspan",
        "title",
        "polyline",
        "polygon",
    )
}


def svg(*children: Any, class_name: Any = "", label: Any = "", **attrs: Any) -> rx.Component:
    """An SVG picture. With a `label` it is a figure with a name, without one it is hidden from readers."""
    named = {"role": "img", "aria-label": label} if live(label) or label else {"aria-hidden": "true"}
    return rx.el.svg(*children, class_name=class_name, custom_attrs={**named, **attrs})


def shape(tag: str, *children: Any, class_name: Any = "", **attrs: Any) -> rx.Component:
    """A part of an SVG picture, its attributes as React spells them: `shape("line", x1="3%", y2=7)`."""
    dressed = {"class_name": class_name} if live(class_name) or class_name else {}
    return _SHAPES[tag](*children, custom_attrs=attrs, **dressed)


def percent(value: Any) -> Any:
    """A number as a length in per cent."""
    return words(value, "%") if live(value) else f"{round(value, 2):g}%"

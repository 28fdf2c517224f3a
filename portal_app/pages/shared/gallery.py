"""Every block in every state, for those who build and judge the portal; in the demo and development only."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType

import reflex as rx

from portal_app.components import atoms, blocks, frames

Samples = dict[str, Callable[[], rx.Component]]

_GROUPS: tuple[tuple[str, ModuleType], ...] = (("Blocks", blocks), ("Atoms", atoms), ("Frames", frames))


@dataclass(frozen=True)
class Drawn:
    """One module of drawings: its group, its name, the sentence that describes it, its samples."""

    group: str
    name: str
    says: str
    samples: Samples

    @property
    def title(self) -> str:
        """The name as a heading: "Bar chart"."""
        return self.name.replace("_", " ").capitalize()


def drawn_modules() -> Iterator[Drawn]:
    """Every module of blocks, atoms and frames that shows samples of itself, by name."""
    for group, package in _GROUPS:
        for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
            module = importlib.import_module(f"{package.__name__}.{found.name}")
            samples: Samples = getattr(module, "SAMPLES", {})
            if samples:
                says = (module.__doc__ or "").strip().splitlines()[0]
                yield Drawn(group, found.name, says, samples)


def _sample(name: str, draw: Callable[[], rx.Component]) -> rx.Component:
    return rx.el.div(
        rx.el.p(name.capitalize(), class_name="gallery-name"), draw(), class_name="gallery-sample"
    )


def _part(module: Drawn) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2(
                rx.el.a(module.title, href=f"#draw-{module.name}", reload_document=True),
                custom_attrs={"id": f"draw-{module.name}"},
            ),
            rx.el.p(module.says, class_name="small quiet"),
            class_name="stack tight",
        ),
        *(_sample(name, draw) for name, draw in module.samples.items()),
        class_name="gallery-part",
    )


def _index(modules: tuple[Drawn, ...]) -> rx.Component:
    return rx.el.nav(
        *(
            rx.el.div(
                rx.el.h2(group),
                rx.el.div(
                    *(
                        rx.el.a(
                            module.title,
                            href=f"#draw-{module.name}",
                            class_name="link small",
                            reload_document=True,
                        )
                        for module in modules
                        if module.group == group
                    ),
                    class_name="gallery-index",
                ),
            )
            for group, _package in _GROUPS
            if any(module.group == group for module in modules)
        ),
        class_name="stack",
        aria_label="Drawings",
    )


def gallery() -> rx.Component:
    """Every drawing of the house in each of its states, with headings to link to; it brings its own frame."""
    modules = tuple(drawn_modules())
    shown = sum(len(module.samples) for module in modules)
    drawings = rx.el.div(
        rx.el.div(
            rx.el.h1("Every drawing, every state"),
            rx.el.p(
                f"{len(modules)} drawings in {shown} states, made from plain values. "
                "Look at them on a phone and on a desk, in light and in dark.",
                class_name="meaning",
            ),
            class_name="stack tight",
        ),
        _index(modules),
        *(_part(module) for module in modules),
        class_name="stack loose gallery",
    )
    page = rx.el.main(drawings, class_name="page", custom_attrs={"id": "main", "tabIndex": -1})
    return rx.el.div(rx.el.div(page, class_name="frame-in"), class_name="frame")

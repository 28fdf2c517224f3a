"""What a handler is given by a browser, held against the handler's own annotations before anything runs.

The framework converts what it can and hands the rest over as it came. Here nothing is converted: an argument
is of the annotated type, within bounds and of decent letters, or the event does not run.

    value: str                            up to 2,000 characters
    words: Annotated[str, Longest(20_000)]
    form: dict                            up to 100 fields: texts of up to 20,000 characters, numbers, ticks
    day: Literal["due", "1"], on: bool, cents: int, ids: list[str]
"""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    create_model,
)
from reflex_base.utils.form import FORM_DATA_ENTRIES_KEY

from portal_app.core.errors import Refusal

SHORT, LONG = 2_000, 20_000
MOST_ITEMS, MOST_FIELDS = 200, 100
_MOST = 2**53 - 1
_UNFIT_LETTERS = re.compile("[\0\ud800-\udfff]")
_STRICT = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)


@dataclass(frozen=True)
class Longest:
    """How many characters a text may have, where that is not the usual 2,000."""

    characters: int = SHORT


def _decent(text: Any) -> Any:
    if isinstance(text, str) and _UNFIT_LETTERS.search(text):
        raise ValueError("letters")
    return text


def _composed(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _text(most: int) -> Any:
    return Annotated[str, BeforeValidator(_decent), AfterValidator(_composed), Field(max_length=most)]


_NUMBER = Annotated[int, Field(ge=-_MOST, le=_MOST)]
_FIGURE = Annotated[float, Field(allow_inf_nan=False, ge=-_MOST, le=_MOST)]
_FIELD_VALUE = _text(LONG) | bool | _NUMBER | _FIGURE | None
_FORM = Annotated[
    dict[_text(60), _FIELD_VALUE | Annotated[list[_FIELD_VALUE], Field(max_length=MOST_ITEMS)]],
    Field(max_length=MOST_FIELDS),
]
_PLAIN = {str: _text(SHORT), int: _NUMBER, float: _FIGURE, bool: bool, dict: _FORM, NoneType: None}


class UnknownType(TypeError):
    """An annotation that nothing can be held against: annotate the argument with one that is known here."""


def bounded(hint: Any) -> Any:
    """An annotation with the house's bounds. Raises UnknownType for one that says too little."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        longest = next((mark for mark in inner[1:] if isinstance(mark, Longest)), None)
        return _text(longest.characters) if longest and inner[0] is str else bounded(inner[0])
    if origin is Literal:
        return hint
    if origin in (Union, UnionType):
        return Union[tuple(bounded(one) for one in inner)]  # noqa: UP007 -- made from a tuple
    if origin is list and inner:
        return Annotated[list[bounded(inner[0])], Field(max_length=MOST_ITEMS)]
    if origin is dict:
        return _FORM
    raise UnknownType(f"{hint!r} says too little about what may come")


@lru_cache(maxsize=4096)
def model_of(function: Callable[..., Any]) -> type[BaseModel]:
    """The strict model of a handler's arguments. Raises UnknownType for one that is not annotated."""
    hints = get_type_hints(function, include_extras=True)
    names = function.__code__.co_varnames[1 : function.__code__.co_argcount]
    defaults = function.__defaults__ or ()
    known = dict(zip(names[len(names) - len(defaults) :], defaults, strict=True))
    fields: dict[str, Any] = {}
    for name in names:
        if name not in hints:
            raise UnknownType(f"{function.__qualname__}({name}) has no annotation")
        # Aliased, since an argument may have a name that a model keeps for itself.
        fields[f"given_{name}"] = (bounded(hints[name]), Field(default=known.get(name, ...), alias=name))
    return create_model(function.__qualname__.replace(".", "_"), __config__=_STRICT, **fields)


def checked(function: Callable[..., Any], payload: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as they may be used. Raises Refusal, which names the field and not the value."""
    plain = {name: _opened(value) for name, value in payload.items()}
    try:
        held = model_of(function).model_validate(plain)
    except ValidationError as trouble:
        raise _refusal(trouble) from None
    return {name: getattr(held, f"given_{name}") for name in plain}


def _opened(value: Any) -> Any:
    """A submitted form as a plain mapping; of several values under one name the last counts."""
    if not (isinstance(value, dict) and value.keys() == {FORM_DATA_ENTRIES_KEY}):
        return value
    entries = value[FORM_DATA_ENTRIES_KEY]
    form: dict[Any, Any] = {}
    if not isinstance(entries, list) or len(entries) > 4 * MOST_FIELDS:
        return ()
    for entry in entries:
        if not (isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], str)):
            return ()
        form[entry[0]] = entry[1]
    return form


_SENTENCES = {
    "string_too_long": "That is longer than we can take here. Shorten it and try again.",
    "value_error": "There are signs in it that cannot be kept. Remove them and type it again.",
    "string_unicode": "There are signs in it that cannot be kept. Remove them and type it again.",
    "finite_number": "Give a plain number.",
    "less_than_equal": "That number is too large.",
    "greater_than_equal": "That number is too small.",
    "too_long": "Those are more than we can take at once. Choose fewer.",
    "literal_error": "That is not one of the choices any more. Reload the page and choose again.",
}
_UNFIT = "That did not arrive as it should. Reload the page and try again."


def _refusal(trouble: ValidationError) -> Refusal:
    found = trouble.errors(include_url=False, include_context=False, include_input=False)
    # Of a value that may be one of several types, what is wrong with the text says most.
    first = next((one for one in found if one["type"] in _SENTENCES), found[0])
    if first["type"] == "extra_forbidden":
        return Refusal(_UNFIT)
    names = [part for part in first["loc"] if isinstance(part, str)]
    inside = names[1] if len(names) > 1 and names[1].isidentifier() and len(names[1]) <= 60 else ""
    return Refusal(_SENTENCES.get(first["type"], _UNFIT), inside or (names[0] if names else ""))


def scrubbed(value: Any) -> Any:
    """The same without what no column and no page can hold: NUL and lone surrogates, at any depth."""
    if isinstance(value, str):
        return _UNFIT_LETTERS.sub("", value)
    if isinstance(value, dict):
        return {scrubbed(key): scrubbed(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(scrubbed(each) for each in value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value

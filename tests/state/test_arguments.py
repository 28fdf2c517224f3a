"""What a handler may be given: held against its annotations, bounded, and of decent letters."""

import inspect
import unicodedata
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from portal_app.core.errors import Refusal
from portal_app.state.arguments import Longest, UnknownType, checked, model_of, scrubbed


def handler(
    self,
    word: str = "",
    words: Annotated[str, Longest(20_000)] = "",
    on: bool = False,
    cents: int = 0,
    share: float = 0.0,
    day: Literal["due", "1"] = "due",
    ids: list[str] | None = None,
    form: dict | None = None,
): ...


NAMES = tuple(inspect.signature(handler).parameters)[1:]


@pytest.mark.line("S-31")
def test_what_fits_comes_as_it_was_sent_composed():
    given_ = {
        "word": "Zoe\u0308", "words": "x" * 20_000, "on": True, "cents": -3, "share": 0.5, "day": "1",
        "ids": ["a"], "form": {"name": "Zoe\u0308", "storm": True, "n": 3, "empty": None},
    }  # fmt: skip
    found = checked(handler, given_)
    assert found["word"] == unicodedata.normalize("NFC", given_["word"]) == "Zo\u00eb"
    assert found["form"] == {"name": "Zo\u00eb", "storm": True, "n": 3, "empty": None}
    assert {name: found[name] for name in ("on", "cents", "share", "day", "ids")} == {
        name: given_[name] for name in ("on", "cents", "share", "day", "ids")
    }
    assert checked(handler, {}) == {}


@pytest.mark.line("S-31")
@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("word", 7, "word"), ("word", None, "word"), ("word", ["a"], "word"), ("word", {"a": 1}, "word"),
        ("word", "x" * 2_001, "word"), ("word", "a\0b", "word"), ("word", "\ud800", "word"),
        ("words", "x" * 20_001, "words"), ("on", 1, "on"), ("on", "true", "on"), ("cents", "7", "cents"),
        ("cents", 1.5, "cents"), ("cents", True, "cents"), ("cents", 2**53, "cents"),
        ("share", float("nan"), "share"), ("share", float("inf"), "share"), ("share", "1", "share"),
        ("day", "2", "day"), ("ids", ["a"] * 201, "ids"), ("ids", [3], "ids"), ("form", [], "form"),
        ("form", {"a": {"b": 1}}, "a"), ("form", {"street": "\udfff"}, "street"),
        ("form", {"street": "x" * 20_001}, "street"), ("form", {"n": float("inf")}, "n"),
        ("form", {f"f{n}": "" for n in range(101)}, "form"), ("unheard_of", 1, ""),
        ("self", 1, ""),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_its_field_without_its_value(name, value, field):
    with pytest.raises(Refusal) as no:
        checked(handler, {name: value})
    assert no.value.field == field
    assert len(no.value.sentence) > 15
    assert "x" * 9 not in no.value.sentence


@pytest.mark.line("S-31")
def test_a_form_as_the_browser_sends_it_is_read_by_its_fields():
    sent = {"__reflex_form_data__": [["street", "12 Elm"], ["street", "14 Elm"], ["storm", "on"]]}
    assert checked(handler, {"form": sent}) == {"form": {"street": "14 Elm", "storm": "on"}}
    for broken in ([["a"]], [[1, "a"]], "x", [["a", "b", "c"]], [["a", "\ud800"]], [["a", "b"]] * 500):
        with pytest.raises(Refusal):
            checked(handler, {"form": {"__reflex_form_data__": broken}} | {"on": True})


@pytest.mark.line("S-31")
def test_an_argument_that_says_nothing_about_itself_is_a_mistake_of_ours():
    def bare(self, value): ...

    def vague(self, value: object): ...

    for loose in (bare, vague):
        with pytest.raises(UnknownType):
            model_of(loose)


ANYTHING = some.recursive(
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats()
    | some.text(some.characters(codec=None), max_size=60),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.line("S-31", "S-32")
@given(payload=some.dictionaries(some.sampled_from(NAMES) | some.text(max_size=6), ANYTHING, max_size=4))
def test_whatever_is_sent_is_refused_or_fits_and_can_be_shown(payload):
    try:
        found = checked(handler, payload)
    except Refusal:
        return
    assert found.keys() == payload.keys()
    assert str(found).encode("utf-8")
    assert "\0" not in found.get("word", "")


@pytest.mark.line("S-31")
def test_what_was_stored_with_broken_letters_can_be_shown():
    assert scrubbed({"a\0": ["x\ud800y", ("\udfff", 1)], "n": float("nan")}) == {
        "a": ["xy", ("", 1)],
        "n": None,
    }

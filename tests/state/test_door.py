"""Which handlers a browser can name at all, and what each of them says about its arguments."""

import pytest

from portal_app import portal_app
from portal_app.state.arguments import model_of
from portal_app.state.door import OF_THE_FRAMEWORK, open_to_browsers

app = portal_app.app


@pytest.mark.line("S-30")
def test_no_setter_and_nothing_of_the_framework_is_open_but_what_a_page_needs():
    names = set(open_to_browsers())
    assert names >= OF_THE_FRAMEWORK
    assert not [name for name in names if name.endswith(".setvar")]
    theirs = {name for name in names if ".portal_app___" not in name}
    assert theirs == OF_THE_FRAMEWORK


@pytest.mark.line("S-30", "S-31")
@pytest.mark.parametrize("name", sorted(set(open_to_browsers()) - OF_THE_FRAMEWORK))
def test_every_handler_says_what_each_argument_is(name):
    function = open_to_browsers()[name].handler.fn
    assert model_of(function).model_fields.keys() == {
        f"given_{argument}" for argument in function.__code__.co_varnames[1 : function.__code__.co_argcount]
    }
    assert not function.__name__.startswith("_")

"""At which company somebody goes on whom several know."""

from tests.matrix.entry import anybody, signed_in

HANDLERS = {
    "shared.choosing.ChoiceState.load": anybody("shows what a right password opened in this very browser"),
}

ROUTES = {
    "POST /auth/company": anybody("only a choice that this browser was given counts").posting(
        company="brightwater"
    ),
    "POST /auth/change-company": signed_in().posting(to="brightwater"),
}

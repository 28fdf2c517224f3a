"""At which company somebody goes on whom several know, and by which houses they sign in."""

from tests.matrix.entry import anybody, of, signed_in

HANDLERS = {
    "shared.choosing.ChoiceState.load": anybody("shows what a right password opened in this very browser"),
    "shared.security.SecurityState.ask_part": signed_in(connection_id=of("outside_name")),
    "shared.security.SecurityState.part": signed_in(),
}

ROUTES = {
    "POST /auth/company": anybody("only a choice that this browser was given counts").posting(
        company="brightwater"
    ),
    "POST /auth/change-company": signed_in().posting(to="brightwater"),
}

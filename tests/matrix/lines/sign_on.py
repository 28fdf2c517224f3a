"""Coming in by another house: the doors, and setting one up."""

from tests.matrix.entry import anybody, needs, of

HANDLERS = {
    "shared.sign_in.SignInState.typed": anybody("only the domain is looked at; who is known is not told"),
    "shared.sign_on.SignOnState.ask_to_remove": needs("sign_on.run", sign_on_id=of("sign_on")),
    "shared.sign_on.SignOnState.close": anybody("closes something in this tab"),
    "shared.sign_on.SignOnState.confirm_domain": needs("sign_on.run"),
    "shared.sign_on.SignOnState.load": needs("sign_on.run"),
    "shared.sign_on.SignOnState.open_change": needs("sign_on.run", sign_on_id=of("sign_on")),
    "shared.sign_on.SignOnState.open_new": needs("sign_on.run"),
    "shared.sign_on.SignOnState.open_metadata": needs("sign_on.run", sign_on_id=of("sign_on")),
    "shared.sign_on.SignOnState.open_new_saml": needs("sign_on.run"),
    "shared.sign_on.SignOnState.open_proof": needs("sign_on.run", sign_on_id=of("sign_on")),
    "shared.sign_on.SignOnState.open_secret": needs("sign_on.run", sign_on_id=of("sign_on")),
    "shared.sign_on.SignOnState.remove": anybody("removes what was asked about before, or nothing"),
    "shared.sign_on.SignOnState.send": needs("sign_on.run").shows_less("what is wrong is said beside it"),
    "shared.sign_on.SignOnState.send_proof": needs("sign_on.run").shows_less(
        "what is wrong is said beside it"
    ),
    "shared.sign_on.SignOnState.turn": needs("sign_on.run", sign_on_id=of("sign_on")),
}

ROUTES = {
    "GET /auth/sign-on/start": anybody("the way out to another house; a house there is not leads back"),
    "POST /auth/sign-on/start": anybody("the same, by an address").posting(email="maya@brightwater.example"),
    "GET /auth/sign-on/back/{company}": anybody("only an answer to a way out of this browser counts"),
    "POST /auth/sign-on/saml/{company}": anybody(
        "only an answer to a way out of ours counts"
    ).from_elsewhere(),
    "GET /auth/sign-on/saml/{company}/metadata": anybody("our own addresses, for a provider to read"),
    "POST /auth/sign-on/metadata": needs("sign_on.run").posting(house=of("sign_on"), metadata="x"),
    "POST /auth/sign-on/secret": needs("sign_on.run").posting(house=of("sign_on"), secret="x"),
    "POST /auth/sign-on/try": needs("sign_on.run").posting(house=of("sign_on")),
}

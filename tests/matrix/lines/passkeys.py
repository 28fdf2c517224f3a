"""Passkeys: one's own, and the doors that they open."""

from tests.matrix.entry import anybody, of, signed_in

HANDLERS = {
    "shared.passkeys.PasskeysState.load": signed_in(),
    "shared.passkeys.PasskeysState.ask_remove": signed_in(passkey_id=of("passkey")),
    "shared.passkeys.PasskeysState.ask_rename": anybody("opens a question in this tab"),
    "shared.passkeys.PasskeysState.keep": anybody("closes something in this tab"),
    "shared.passkeys.PasskeysState.remove": signed_in(),
    "shared.passkeys.PasskeysState.rename": signed_in(form={"passkey-name": "x"}),
}

ROUTES = {
    "POST /auth/passkeys/add": signed_in().sending(id="x", response={}),
    "POST /auth/passkeys/add/options": signed_in().sending().leaves("ceremony"),
    "POST /auth/passkeys/prove": signed_in().sending(id="x", response={}),
    "POST /auth/passkeys/prove/options": signed_in().sending().leaves("ceremony"),
    "POST /auth/passkeys/second": anybody("half a sign-in's cookie names it").sending(id="x", response={}),
    "POST /auth/passkeys/second/options": anybody("half a sign-in's cookie names it").sending(),
    "POST /auth/passkeys/sign-in": anybody("the door itself").sending(id="x", response={}),
    "POST /auth/passkeys/sign-in/options": anybody("a challenge for nobody in particular")
    .sending()
    .leaves("ceremony"),
}

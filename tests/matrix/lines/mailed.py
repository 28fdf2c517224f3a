"""What comes by mail: reset, sign-in link and code, another address, the way back for who lost everything."""

from tests.matrix.entry import anybody, job, needs, of, signed_in

_ASKED = "whoever is asked about is sent a mail, and the asker learns nothing"

HANDLERS = {
    "shared.mailed.MailedState.load_asking": anybody("a form that is empty"),
    "shared.mailed.MailedState.load_link": anybody("a link is looked at by its token alone"),
    "shared.mailed.MailedState.load_lost": anybody("a form that is empty"),
    "shared.mailed.OwnEmailState.ask": signed_in(),
    "shared.mailed.OwnEmailState.load": signed_in(),
    "shared.mailed.OwnEmailState.set_typed": anybody("keeps what is typed in this tab"),
    "shared.mailed.WayBackState.approve": needs("people.recover"),
    "shared.mailed.WayBackState.load": needs("people.recover"),
    "shared.mailed.WayBackState.look": anybody("opens a row in this tab", row_id=of("way_back")),
    "shared.mailed.WayBackState.refuse": needs("people.recover"),
    "shared.mailed.WayBackState.set_why": anybody("keeps what is typed in this tab"),
}

_MAYA = "maya@brightwater.example"
ROUTES = {
    "POST /auth/email/confirm": anybody("the token alone opens it").posting(token="x"),
    "POST /auth/email/undo": anybody("the token alone opens it").posting(token="x"),
    "POST /auth/find": anybody(_ASKED).posting(who="555-0100").leaves("mailed_link", "job"),
    "POST /auth/lost": anybody(_ASKED)
    .posting(email=_MAYA, reach="me@example.com", says="x")
    .leaves("way_back", "mailed_link", "job"),
    "POST /auth/mailed": anybody(_ASKED).posting(email=_MAYA).leaves("mailed_link", "job"),
    "POST /auth/mailed/code": anybody("the code alone opens it; a wrong one is counted")
    .posting(email=_MAYA, code="000000")
    .leaves("mailed_link"),
    "POST /auth/mailed/link": anybody("the token alone opens it").posting(token="x"),
    "POST /auth/reset": anybody(_ASKED).posting(email=_MAYA).leaves("mailed_link", "job"),
    "POST /auth/reset/new": anybody("the token alone opens it").posting(token="x", password="x"),
    "POST /auth/way-back": anybody("the token alone opens it").posting(token="x", password="x"),
    "POST /auth/way-back/stop": anybody("the token alone opens it").posting(token="x"),
}

JOBS = {"identity.way_back": job(way_back_id=of("way_back"))}

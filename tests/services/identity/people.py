"""Somebody of the small company with a second step: an app whose codes a test can read."""

from pyotp.totp import TOTP

from portal_app.core.access import acting_for, before_sign_in, unscoped
from portal_app.core.clock import epoch
from portal_app.services.adoption.perform import perform
from portal_app.services.identity import factors, sessions
from portal_app.services.identity import service as identity
from portal_app.services.identity.tables import Authenticator
from tests.services.identity.conftest import PASSWORD

ANN = "ann@bright.example"
RAE = "rae@bright.example"


def stored(table, *where):
    """What is in the database, whoever's it is."""
    with before_sign_in(reads_only=True) as db:
        return list(db.exec(unscoped(table, *where)))


def code_of(secret: str, *, later: int = 0) -> str:
    """What an app with that secret shows now, or some steps of 30 seconds later."""
    return TOTP(secret.replace(" ", "")).generate_otp(epoch() // 30 + later)


def enrolled(email: str = ANN) -> tuple[str, str]:
    """Give somebody an app: its secret, and their cookie value after it. The code of now is used up."""
    _, visitor = identity.sign_in(email, PASSWORD, None, "192.0.2.1")
    secret = perform(visitor, factors.begin_app)
    value = perform(visitor, factors.confirm_app, code_of(secret))
    sessions.settle()
    return secret.replace(" ", ""), value


def recovery_codes(value: str) -> list[str]:
    """Make recovery codes for whoever's cookie value this is."""
    visitor = visitor_with(value)
    shown, kept = factors.draw_codes(visitor.person_id)
    perform(visitor, factors.keep_codes, kept)
    return shown


def visitor_with(value: str):
    """Whoever has that cookie value; None for nobody."""
    from portal_app.settings import settings

    return identity.visitor_of(f"{settings().session_cookie}={value}")


def app_of(person_id: str) -> Authenticator:
    """The app of a person."""
    (app,) = [app for app in stored(Authenticator) if app.person_id == person_id]
    return app


__all__ = ["ANN", "RAE", "acting_for", "app_of", "code_of", "enrolled", "recovery_codes", "stored"]

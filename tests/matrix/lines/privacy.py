"""One's own data: the page, the copy, its jobs."""

from tests.matrix.entry import job, needs, of, signed_in

HANDLERS = {
    "shared.privacy.PrivacyState.ask": signed_in(),
    "shared.privacy.PrivacyState.load": signed_in(),
    "shared.privacy.PrivacyState.refresh": signed_in(),
    "shared.privacy.PrivacyState.turn": signed_in(key="use", on=False),
}
ROUTES = {
    "GET /files/energy/own-copy": signed_in().at(copy_id=of("own_copy")),
    "GET /files/energy/agreed": needs("privacy.run"),
}
JOBS = {
    "privacy.drop_copy": job(copy=of("own_copy")),
    "privacy.forget_ceremonies": job(),
    "privacy.forget_old": job(),
    "privacy.unname_old_bills": job(),
    "privacy.make_copy": job(copy=of("own_copy"), places=[]),
}

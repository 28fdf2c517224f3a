"""One's own data: the page, the copy, its jobs."""

from tests.matrix.entry import job, of, signed_in

HANDLERS = {
    "shared.privacy.PrivacyState.ask": signed_in(),
    "shared.privacy.PrivacyState.load": signed_in(),
    "shared.privacy.PrivacyState.refresh": signed_in(),
}
ROUTES = {"GET /files/energy/own-copy": signed_in().at(copy_id=of("own_copy"))}
JOBS = {
    "privacy.drop_copy": job(copy=of("own_copy")),
    "privacy.forget_ceremonies": job(),
    "privacy.forget_old": job(),
    "privacy.make_copy": job(copy=of("own_copy"), places=[]),
}

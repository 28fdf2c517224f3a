"""Delete me: the page, the link that takes it back, the jobs; and the holds."""

from tests.matrix.entry import anybody, job, needs, of, signed_in

HANDLERS = {
    "shared.leaving.LeavingState.ask": signed_in(),
    "shared.leaving.LeavingState.close": anybody("shuts a question in this tab"),
    "shared.leaving.LeavingState.load": signed_in(),
    "shared.leaving.LeavingState.open_question": anybody("opens a question in this tab"),
    "shared.leaving.LeavingState.stop": signed_in(),
    "shared.leaving.HoldsState.close": anybody("shuts a form in this tab"),
    "shared.leaving.HoldsState.lift": needs("privacy.run", hold_id=of("hold")),
    "shared.leaving.HoldsState.load": needs("privacy.run"),
    "shared.leaving.HoldsState.open_form": anybody("opens a form in this tab"),
    "shared.leaving.HoldsState.send": needs(
        "privacy.run", form={"whose": "1001", "reason": "A court asks for it"}
    ).shows_less("what is wrong is said beside its field"),
}
ROUTES = {
    "GET /files/energy/what-goes": signed_in().at(erasure_id=of("erasure")),
    "POST /auth/leaving/stop": anybody("the token alone opens it").posting(token="x"),
}
JOBS = {
    "privacy.carry_on": job(),
    "privacy.drop_files": job(folder="photos", names=[]),
    "privacy.erase": job(erasure=of("erasure")),
    "privacy.remind": job(erasure=of("erasure")),
    "privacy.sweep": job(swept="x"),
}

"""Directories that say who is here: their pages, and the door that a directory's token opens."""

from tests.matrix.entry import anybody, job, needs, of, signed_in

HANDLERS = {
    "shared.directories.DirectoriesState.ask_to_end": signed_in(token_id=of("directory_token")),
    "shared.directories.DirectoriesState.ask_to_renew": signed_in(token_id=of("directory_token")),
    "shared.directories.DirectoriesState.close": anybody("closes something in this tab"),
    "shared.directories.DirectoriesState.confirm": signed_in().shows_less(
        "does nothing before something was asked in this tab"
    ),
    "shared.directories.DirectoriesState.load": needs("directory.own"),
    "shared.directories.DirectoriesState.load_ours": needs("directory.run"),
    "shared.directories.DirectoriesState.open_group": signed_in(group_id=of("directory_group")),
    "shared.directories.DirectoriesState.open_make": signed_in(),
    "shared.directories.DirectoriesState.send": signed_in().shows_less(
        "what is wrong is said beside its field"
    ),
}

ROUTES = {
    "MOUNT /scim": anybody("a directory's token opens it; tests/endpoints/test_scim.py tries its doors"),
}

JOBS = {"directory.tell_ends": job()}

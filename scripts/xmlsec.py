"""The program xmlsec1, with which the tests' SAML provider signs: from PATH, else from the distribution."""

import shutil

from scripts.environment import apt_install, say, stop

NAME = "xmlsec1"


def find_or_install() -> str:
    """Its path, installed where there was none. Stops with a sentence when it cannot be had."""
    found = shutil.which(NAME)
    if not found and apt_install(NAME, said="Installing xmlsec1 with apt-get ..."):
        found = shutil.which(NAME)
    if not found:
        say("The tests of company sign-in by SAML need the program xmlsec1.")
        stop("Install it: apt-get install xmlsec1, or brew install libxmlsec1.")
    return found

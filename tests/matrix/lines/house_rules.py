"""The rules for signing in that a company sets."""

from tests.matrix.entry import anybody, needs

HANDLERS = {
    "shared.house_rules.HouseRulesState.ask": needs("sign_in.rules").shows_less(
        "what is wrong is said beside its field"
    ),
    "shared.house_rules.HouseRulesState.change": anybody("changes what was asked about before, or nothing"),
    "shared.house_rules.HouseRulesState.keep": anybody("closes a question in this tab"),
    "shared.house_rules.HouseRulesState.load": needs("sign_in.rules"),
}

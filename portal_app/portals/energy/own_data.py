"""What of an energy account goes into somebody's copy of their own data."""

from portal_app.shapes.portal import OwnTable

OWN_DATA: dict[str, OwnTable] = {
    "premise": OwnTable(
        "id account_id label street city region postcode zone lat lon type sqft occupants heat_fuel",
        needs="usage.see",
    ),
    "serviceagreement": OwnTable(
        "id account_id premise_id commodity tariff_code starts stops", needs="usage.see"
    ),
    "meter": OwnTable("id account_id premise_id number commodity", needs="usage.see"),
    "register": OwnTable("id account_id meter_id ref commodity unit seconds digits zone", needs="usage.see"),
    "interval": OwnTable("account_id register_id start seconds amount quality cost", needs="usage.see"),
    "selfread": OwnTable(
        "account_id person_id register_id read_on dial photo state reference",
        needs="usage.see",
        file=("photo", "photos"),
    ),
    "energychoice": OwnTable(
        "account_id alert_kind alert_at temperature medical medical_says planned_notice phone",
        needs="usage.see",
    ),
    "outagereport": OwnTable("account_id premise_id reference extent channel at", needs="outage.see"),
    "outagewatch": OwnTable("account_id person_id premise_id channel to", needs="outage.see"),
    "highbillalert": OwnTable("account_id premise_id period_from likely_cents at", needs="bill.see"),
    "servicerequest": OwnTable(
        "id account_id reference kind premise_id state state_since wanted_on slot address forwarding",
        needs="usage.see",
    ),
    "requeststep": OwnTable("account_id request_id at event words", needs="usage.see"),
    "dataconsent": OwnTable(
        "account_id person_id party scope ends_on revoked_at used_at", needs="data.share"
    ),
}

NOT_TAKEN: dict[str, str] = {
    "dayuse": "sums of the readings that are taken",
    "readingsummary": "sums of the readings that are taken",
    "neighbourgroup": "totals of other homes",
}
"""Energy tables with rows of a person that are not taken along, each with its reason."""

"""What goes into a copy of everything about somebody: tables and columns that are named, and no others."""

from portal_app.shapes.portal import OwnTable

HOUSE: dict[str, OwnTable] = {
    "person": OwnTable("id made_at name email locale email_proved_at"),
    "account": OwnTable("id made_at number name phone"),
    "member": OwnTable("account_id person_id role scopes proxy ends_at reason", needs="people.places"),
    "sign_in": OwnTable("made_at seen_at ended_at address device how"),
    "passkey": OwnTable("made_at name used_at"),
    "authenticator": OwnTable("made_at name confirmed_at used_at"),
    "outside_name": OwnTable("made_at issuer subject used_at"),
    "preference": OwnTable("topic channel quiet_from quiet_to"),
    "consent": OwnTable(
        "purpose version title words yes account_id about language page device on_behalf given_at "
        "withdrawn_at"
    ),
    "own_copy": OwnTable("made_at reference state ready_at ends_at"),
    "erasure": OwnTable("made_at reference state due_at cancelled_at done_at report"),
    "draft": OwnTable("key changed_at facts"),
    "news": OwnTable("account_id at about title detail"),
    "directory_person": OwnTable(
        "made_at user_name external_id active changed_at facts", by=("person_id", "id")
    ),
    "directory_seat": OwnTable("made_at group_id", by=("person_id", "id")),
    "invitation": OwnTable(
        "made_at email name role scopes proxy place_ends_at reason ends_at accepted_at withdrawn_at",
        by=("email", "email"),
    ),
    "mail": OwnTable("at recipient subject text state", by=("recipient", "email")),
    "use_event": OwnTable("at name outcome milliseconds path", by=("person_id", "id")),
    "hold": OwnTable("made_at reason ends_at lifted_at", by=("person_id", "id")),
    "way_back": OwnTable(
        "made_at reference state says reach address decided_at ends_at", by=("person_id", "id")
    ),
    "audit_entry": OwnTable("at action about address", by=("actor", "id")),
    "autopay_notice": OwnTable("account_id bill_id cents sent_on debit_on state", needs="bill.see"),
    "budget_review": OwnTable(
        "account_id quarter state old_cents new_cents balance_cents looked_on", needs="bill.see"
    ),
    "transfer": OwnTable("account_id payment_id cents credited_cents received_on", needs="bill.see"),
    "bill": OwnTable(
        "id account_id number reference state title site_name period_from period_to issued_on due_on "
        "currency total_cents opening_cents",
        needs="bill.see",
    ),
    "bill_line": OwnTable(
        "account_id bill_id place code title quantity unit rate amount_cents from_on to_on", needs="bill.see"
    ),
    "payment": OwnTable(
        "account_id bill_id reference cents received_cents currency method state asked_at settled_at",
        needs="bill.see",
    ),
    "autopay": OwnTable("account_id state method day_rule limit_cents authorised_at email", needs="bill.see"),
    "delivery": OwnTable("account_id how email confirmed_at reference", needs="bill.see"),
    "budget_plan": OwnTable(
        "account_id monthly_cents starts_on settle_month state reference ended_on", needs="bill.see"
    ),
}
"""What every kind of portal holds of somebody. No hash, key or secret is named, and so none is taken."""

NOT_TAKEN: dict[str, str] = {
    "ledger_entry": "what bills and payments say already, booked once more",
    "mailed_link": "the mails themselves are taken; of a link we keep a seal for as long as it opens a door",
    "recovery_code": "a seal that cannot be turned back",
    "sign_in_step": "half a sign-in, gone within a day; the whole one is taken",
    "staff_invitation": "invitations of the company's own people, who ask their company",
}
"""Tables with rows of a person that are not taken along, each with its reason."""

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
    "consent": OwnTable("purpose version words given_at withdrawn_at"),
    "own_copy": OwnTable("made_at reference state ready_at ends_at"),
    "erasure": OwnTable("made_at reference state due_at cancelled_at done_at report"),
    "draft": OwnTable("key changed_at facts"),
    "news": OwnTable("account_id at about title detail"),
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

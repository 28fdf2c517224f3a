"""Bills, payments, autopay, budget plans and paper: one capability for every kind of company.

`service` holds the use cases; the card gateway's place is `door`.
"""

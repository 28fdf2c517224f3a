"""Prints who can sign in to the demo, as they stand in the database."""

from portal_app.core.access import before_sign_in, unscoped
from portal_app.core.accounts import Company, Person

PASSWORD = "open-the-portal"


def sign_ins() -> list[str]:
    """One line for each person of a demo company: e-mail, name, company."""
    with before_sign_in(reads_only=True) as db:
        companies = {company.id: company for company in db.exec(unscoped(Company, Company.demo)).all()}
        people = db.exec(unscoped(Person)).all()
    known = [person for person in people if person.company_id in companies and person.password_hash]
    known.sort(key=lambda person: (companies[person.company_id].slug, person.demo_order, person.email))
    return [
        f"{person.email:<34} {person.name}, {companies[person.company_id].name}"
        + (f": {person.demo_says}" if person.demo_says else "")
        for person in known
    ]


if __name__ == "__main__":
    found = sign_ins()
    if found:
        print(f"Sign in as one of these, each with the password {PASSWORD}\n")
        print("\n".join(f"  {line}" for line in found))

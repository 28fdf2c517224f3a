"""What identity keeps: sessions, second steps, mailed links, and other houses that vouch for people."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from portal_app.core.tables import PersonRow, StaffRow, moment_field
from portal_app.core.vault import sealed_field


class SignIn(PersonRow, table=True):
    """One session of one person; its name is the SHA-256 of the cookie, which is kept nowhere.

    While one of the company's people looks at the portal as a customer, `viewing_*` say as whom, why and
    until when.
    """

    __tablename__ = "sign_in"  # pyright: ignore[reportAssignmentType]

    id: str = Field(primary_key=True, max_length=64)
    account_id: str = Field(default="", max_length=26)
    seen_at: datetime = moment_field()
    ends_at: datetime = moment_field()
    ended_at: datetime | None = moment_field(default=None)
    before_at: datetime | None = moment_field(default=None)
    proved_at: datetime | None = moment_field(default=None)
    must_enrol: bool = False
    address: str = Field(default="", max_length=64)
    device: str = Field(default="", max_length=80)
    how: str = Field(default="password", max_length=20)
    viewing_person_id: str = Field(default="", max_length=26)
    viewing_account_id: str = Field(default="", max_length=26)
    viewing_why: str = Field(default="", max_length=200)
    viewing_ends_at: datetime | None = moment_field(default=None)


class Step(PersonRow, table=True):
    """Half a sign-in: the first proof was good, the second is awaited.."""

    __tablename__ = "sign_in_step"  # pyright: ignore[reportAssignmentType]

    id: str = Field(primary_key=True, max_length=64)
    how: str = Field(default="password", max_length=20)
    goes_to: str = Field(default="", max_length=500)
    address: str = Field(default="", max_length=64)
    device: str = Field(default="", max_length=80)
    tries: int = 0
    ends_at: datetime = moment_field()
    used_at: datetime | None = moment_field(default=None)


class Authenticator(PersonRow, table=True):
    """An app that shows a new code every 30 seconds; it counts once a first code was typed back."""

    secret: str = sealed_field("authenticator.secret")
    name: str = Field(default="", max_length=80)
    confirmed_at: datetime | None = moment_field(default=None)
    last_counter: int = 0
    used_at: datetime | None = moment_field(default=None)


class RecoveryCode(PersonRow, table=True):
    """One of the codes that let somebody in once when their second step is lost; only its hash is kept."""

    __tablename__ = "recovery_code"  # pyright: ignore[reportAssignmentType]

    code_hash: str = Field(max_length=64)
    used_at: datetime | None = moment_field(default=None)


class Passkey(PersonRow, table=True):
    """A key that a device or a password manager holds for one person (WebAuthn)."""

    __table_args__ = (UniqueConstraint("credential_id"),)

    credential_id: str = Field(max_length=1400)
    public_key: str = Field(max_length=2000)
    sign_count: int = 0
    name: str = Field(default="", max_length=80)
    transports: str = Field(default="", max_length=120)
    backed_up: bool = False
    used_at: datetime | None = moment_field(default=None)


class Ceremony(SQLModel, table=True):
    """A question put to one browser for one answer, named by the SHA-256 of its cookie.

    To a passkey (`challenge` is what it signs), or at which company somebody goes on whose password was right
    at several (`challenge` holds the ids of those persons).
    """

    id: str = Field(primary_key=True, max_length=64)
    purpose: str = Field(max_length=20)
    challenge: str = Field(max_length=100)
    person_id: str = Field(default="", max_length=26, index=True)
    ends_at: datetime = moment_field()


class MailedLink(SQLModel, table=True):
    """A link or code sent by mail, good once; named by the SHA-256 of its secret.

    `purpose` is one of: reset, sign_in, invite, new_email, way_back, export, domain, stay.
    """

    __tablename__ = "mailed_link"  # pyright: ignore[reportAssignmentType]

    id: str = Field(primary_key=True, max_length=64)
    company_id: str = Field(foreign_key="company.id", index=True, max_length=26)
    person_id: str = Field(default="", index=True, max_length=26)
    purpose: str = Field(max_length=20)
    about: str = Field(default="", max_length=60)
    email: str = Field(default="", max_length=254)
    code_hash: str = Field(default="", max_length=64)
    browser_hash: str = Field(default="", max_length=64)
    goes_to: str = Field(default="", max_length=500)
    tries: int = 0
    made_at: datetime = moment_field()
    ends_at: datetime = moment_field()
    used_at: datetime | None = moment_field(default=None)


class SignOn(StaffRow, table=True):
    """Another house that vouches for a company's people: by OpenID Connect or SAML."""

    __tablename__ = "sign_on"  # pyright: ignore[reportAssignmentType]

    protocol: str = Field(default="oidc", max_length=10)
    name: str = Field(max_length=80)
    issuer: str = Field(default="", max_length=500)
    client_id: str = Field(default="", max_length=300)
    client_secret: str = sealed_field("sign_on.client_secret")
    facts: str = ""
    """SAML: what its metadata says, as `saml_metadata.write` keeps it; "" until it was read."""
    domains: str = Field(default="", max_length=600)
    domains_proved: str = Field(default="", max_length=600)
    domain_token: str = Field(default="", max_length=64)
    role_claim: str = Field(default="groups", max_length=80)
    role_map: str = "{}"
    """JSON: {value of the claim: role}; the first value of the map that the person has decides."""
    for_staff: bool = True
    account_id: str = Field(default="", max_length=26)
    makes_people: bool = True
    follows: bool = False
    """Whether somebody's role follows their groups at every sign-in, and not at the first alone."""
    working: bool = True
    tried_at: datetime | None = moment_field(default=None)
    tried_well: bool = False
    tried_says: str = Field(default="", max_length=300)
    """What came of it when somebody of the company tried it last, in words."""


class SignOnTry(SQLModel, table=True):
    """One way out to another house and back, bound to one browser; named by the SHA-256 of its state.

    By SAML, `nonce` is the name of the request and `answer` what was checked of the answer to it, which waits
    for that browser.
    `tried_by` is who of the company only tries it. `subject` and `email` are kept while somebody known by
    that confirmed address still has to show, by signing in, that they are the same.
    """

    __tablename__ = "sign_on_try"  # pyright: ignore[reportAssignmentType]

    id: str = Field(primary_key=True, max_length=64)
    company_id: str = Field(foreign_key="company.id", index=True, max_length=26)
    sign_on_id: str = Field(max_length=26)
    nonce: str = sealed_field("sign_on_try.nonce")
    verifier: str = sealed_field("sign_on_try.verifier")
    answer: str = sealed_field("sign_on_try.answer")
    browser_hash: str = Field(default="", max_length=64)
    goes_to: str = Field(default="", max_length=500)
    tried_by: str = Field(default="", max_length=26)
    subject: str = Field(default="", max_length=255)
    email: str = Field(default="", max_length=254)
    ends_at: datetime = moment_field()
    used_at: datetime | None = moment_field(default=None)


class OutsideName(PersonRow, table=True):
    """What another house calls one of our people."""

    __tablename__ = "outside_name"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("company_id", "issuer", "subject"),)

    sign_on_id: str = Field(max_length=26)
    issuer: str = Field(max_length=500)
    subject: str = Field(max_length=255)
    used_at: datetime | None = moment_field(default=None)


class WayBack(StaffRow, table=True):
    """Somebody who lost everything asks to be let in again; one of the company's people decides."""

    __tablename__ = "way_back"  # pyright: ignore[reportAssignmentType]

    person_id: str = Field(foreign_key="person.id", index=True, max_length=26)
    reference: str = Field(max_length=20)
    state: str = Field(default="asked", max_length=12)
    says: str = Field(default="", max_length=600)
    reach: str = Field(default="", max_length=254)
    address: str = Field(default="", max_length=64)
    decided_by: str = Field(default="", max_length=26)
    decided_at: datetime | None = moment_field(default=None)
    decided_why: str = Field(default="", max_length=400)
    opens_at: datetime | None = moment_field(default=None)
    ends_at: datetime = moment_field()

"""What was typed and not sent."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from portal_app.core.tables import PersonRow, moment_field
from portal_app.core.vault import sealed_field


class Draft(PersonRow, table=True):
    """The fields of one form as somebody left them, sealed; `facts` is a JSON object of texts."""

    __table_args__ = (UniqueConstraint("person_id", "key"),)

    key: str = Field(max_length=120)
    facts: str = sealed_field("draft.facts")
    changed_at: datetime = moment_field(index=True)

"""Who may do what in one's own account: seen as people, changed and ended by who may."""

from collections.abc import Iterable

from sqlmodel import col

from portal_app.core import when
from portal_app.core.access import Access, reads, unscoped
from portal_app.core.accounts import Account, Member, Person
from portal_app.core.clock import now
from portal_app.core.errors import NotYours, Refusal
from portal_app.services.people import book, rules
from portal_app.services.people.rules import Holding, Standing
from portal_app.services.tenancy.rules import initials
from portal_app.services.tenancy.tables import Invitation
from portal_app.shapes.forms import Choice, Effect
from portal_app.shapes.people import PeoplePage, PersonRow, PlaceForm, Question, Tick
from portal_app.shapes.status import Badge, Notice

SEES = (
    Choice("all", "Everybody's"),
    Choice("own", "Only what is their own"),
    Choice("chosen", "Their own and that of people I choose"),
)
YOU_STAY = "You are the only owner. To leave, first make somebody else an owner, with no end."
THEY_STAY = "The only owner. To end this place, first make somebody else an owner, with no end."
ENDS = (
    Choice("never", "When somebody ends it"),
    Choice("day", "After a day"),
    Choice("age", "On an 18th birthday"),
)


def hold(access: Access, account_id: str) -> Account:
    """Let one change of an account's people wait for the other, so that two at once leave an owner."""
    mine = access.rows(Account, col(Account.id) == account_id)
    found = access.db.exec(mine.with_for_update(key_share=True)).first()
    if found is None:
        raise NotYours
    return found


def here(access: Access, *where: object) -> list[Member]:
    """The places in the current account, the oldest first."""
    mine = col(Member.account_id) == access.visitor.account_id
    return access.all(Member, mine, *where, order=(col(Member.made_at), col(Member.id)))


def persons(access: Access, ids: Iterable[str]) -> dict[str, Person]:
    """People of the company by id; for those who share an account with the visitor, or work for it."""
    mine = (col(Person.company_id) == access.visitor.company_id, col(Person.id).in_(list(ids)))
    return {person.id: person for person in access.db.exec(unscoped(Person, *mine))}


def own(access: Access) -> Holding:
    """What the visitor may do in the current account, and until when."""
    visitor = access.visitor
    return Holding(visitor.permissions, visitor.sees, visitor.place_ends_at)


def held(access: Access, place: Member) -> Holding:
    """What a place comes to."""
    kind = access.visitor.kind
    return book.holding(kind, place.role, place.scopes, place.sees, place.person_id, place.ends_at)


def is_over(place: Member) -> bool:
    """Whether a place has ended by itself."""
    return place.ends_at is not None and place.ends_at <= now()


@reads
def people(access: Access) -> PeoplePage:
    """Everybody of the account in words, who is invited, and what may be given to somebody else."""
    access.require("people.places")
    places = here(access)
    known = persons(access, [place.person_id for place in places])
    mine = col(Invitation.account_id) == access.visitor.account_id
    open_ones = (mine, col(Invitation.accepted_at).is_(None), col(Invitation.withdrawn_at).is_(None))
    invited = access.all(Invitation, *open_ones, order=col(Invitation.made_at).desc(), limit=60)
    account = access.get(Account, access.visitor.account_id)
    kind, may = access.visitor.kind, access.may("people.invite")
    now_here, kept = [place for place in places if not is_over(place)], _kept(access, places, known)
    return PeoplePage(
        ready=True,
        title="People",
        meaning=_meaning(account, len(now_here)),
        people=tuple(_row(access, place, known, kept) for place in places if place.person_id in known),
        invited=tuple(_invited(access, one, known) for one in invited),
        roles=book.as_choices(kind, _roles_to_give(access)),
        scopes=tuple(Tick(scope, rules.SCOPES.get(scope, scope)) for scope in _scopes_to_give(access)),
        persons=tuple(
            Tick(place.person_id, known[place.person_id].name)
            for place in now_here
            if place.person_id in known and _sees(access, place.person_id)
        ),
        sees=SEES if access.visitor.sees is None else SEES[1:],
        ends=ENDS,
        places=tuple(Choice(route, label) for label, route in book.of(kind).places),
        may_invite=may,
        directory=access.may("directory.own") and account.segment != "home",
    )


def _meaning(account: Account, count: int) -> str:
    if count < 2:
        return f"Only you may do things in {account.name}. Invite somebody to share the work."
    return f"{count} people may do things in {account.name}."


def _sees(access: Access, person_id: str) -> bool:
    return access.visitor.sees is None or person_id in access.visitor.sees


def _roles_to_give(access: Access) -> tuple[str, ...]:
    """The roles of which at least some part could be given; the visitor's own rights bound the rest."""
    rights, kind = access.visitor.permissions, access.visitor.kind
    given = (book.holding(kind, role, "", "", "").rights for role in book.of(kind).customers)
    roles = zip(book.of(kind).customers, given, strict=True)
    return tuple(
        role for role, wanted in roles if wanted and (wanted <= rights or role == access.visitor.role)
    )


def _scopes_to_give(access: Access) -> tuple[str, ...]:
    kind, role = access.visitor.kind, access.visitor.role
    rights = access.visitor.permissions
    return tuple(
        scope for scope in book.scopes_of(kind) if book.holding(kind, role, scope, "", "").rights <= rights
    )


def place_words(access: Access, place: Member | Invitation, names: Iterable[str]) -> tuple[str, str]:
    """What a place allows and for whom, in two short lines."""
    visitor = access.visitor
    kind = visitor.kind
    narrow = rules.scopes_words(place.scopes, book.scopes_of(kind))
    shows = rules.sees_words(place.sees, names)
    role = book.role_name(kind, place.role)
    ends_at = place.ends_at if isinstance(place, Member) else place.place_ends_at
    ends = ""
    if ends_at is not None:
        last = rules.last_day(ends_at, visitor.zone)
        said = "Until" if ends_at > now() else "Ended after"
        ends = f"{said} {when.day(last, visitor.locale)} {last.year}"
    first = ". ".join(
        part for part in (f"{role}: {narrow[:1].lower()}{narrow[1:]}" if narrow else role, shows) if part
    )
    why = f": {place.reason}" if place.reason else ""
    proxy = f"Acts on behalf of {' and '.join(names) or 'the account'}{why}" if place.proxy else ""
    return first, ". ".join(part for part in (proxy, ends) if part)


def _chosen_names(place: Member | Invitation, known: dict[str, Person]) -> list[str]:
    ids = [part for part in place.sees.split(",") if part and part != "own"]
    return [known[one].name for one in ids if one in known]


def _kept(access: Access, places: list[Member], known: dict[str, Person]) -> set[str]:
    """The places that nobody can end, since the account would have no owner left."""
    owner = book.of(access.visitor.kind).owner
    owning = [place for place in places if rules.owns(as_standing(place), owner)]
    staying = {
        place.id
        for place in owning
        if (person := known.get(place.person_id)) is not None and person.standing == "active"
    }
    return {place.id for place in owning if not staying - {place.id}}


def _row(access: Access, place: Member, known: dict[str, Person], kept: set[str]) -> PersonRow:
    person, you = known[place.person_id], place.person_id == access.visitor.person_id
    first, second = place_words(access, place, _chosen_names(place, known))
    may = rules.covers(own(access), held(access, place))
    badge = Badge("You", "info") if you else Badge()
    if is_over(place):
        badge = Badge("Ended", "neutral")
    elif person.standing != "active":
        badge = Badge("Suspended", "attention")
    return PersonRow(
        id=place.id,
        name=person.name,
        initials=initials(person.name),
        email=person.email,
        detail=first,
        more=second,
        note=(YOU_STAY if you else THEY_STAY) if may and place.id in kept else "",
        badge=badge,
        can_change=may and not you,
        can_end=may and place.id not in kept,
        act=f"Leave {'this account'}" if you else f"End the place of {person.name}",
    )


def _invited(access: Access, one: Invitation, known: dict[str, Person]) -> PersonRow:
    first, second = place_words(access, one, _chosen_names(one, known))
    over = one.ends_at <= now()
    by = known.get(one.invited_by)
    sent = f"Sent {when.since(one.made_at, now(), access.visitor.zone, access.visitor.locale, amid=True)}"
    return PersonRow(
        id=one.id,
        name=one.email,
        email=one.email,
        detail=first,
        more=second,
        note=f"{sent} by {by.name}." if by else f"{sent}.",
        badge=Badge("Link is over", "attention") if over else Badge("Invited", "info"),
        can_resend=access.may("people.invite"),
        can_end=True,
    )


def read_gift(access: Access, form: PlaceForm) -> dict[str, object]:
    """What a form asks to give, checked against what the visitor has. Raises Refusal with its field."""
    visitor = access.visitor
    kind = visitor.kind
    if form.role not in book.of(kind).customers:
        raise Refusal("Choose what they may do.", "role")
    scopes = rules.read_scopes(form.scopes, book.scopes_of(kind))
    of_account = [place.person_id for place in here(access)]
    sees = rules.read_sees(form.sees, form.persons, of_account)
    ends_at = rules.read_end(form.ends, form.day, visitor.zone, now())
    reason = " ".join(form.reason.split())[:200]
    if form.proxy and not reason:
        raise Refusal(
            "Say why they act on somebody's behalf, such as “my mother, who does not go online”.", "reason"
        )
    given = book.holding(kind, form.role, scopes, sees, "", ends_at)
    if sees:
        # What is their own will be theirs anyway; only what is other people's is given.
        given = Holding(given.rights, frozenset(sees.split(",")) - {"own"}, ends_at)
    rules.check_given(own(access), given)
    return {
        "role": form.role,
        "scopes": scopes,
        "sees": sees,
        "proxy": bool(form.proxy),
        "ends_at": ends_at,
        "reason": reason if form.proxy else "",
    }


def _mine(access: Access, place_id: str) -> Member:
    place = access.get(Member, place_id)
    if place.account_id != access.visitor.account_id:
        raise NotYours
    return place


def as_standing(place: Member) -> Standing:
    """A place as far as it decides whether its account still has an owner."""
    return Standing(place.role, place.scopes, place.sees, place.proxy, place.ends_at)


def check_owner_left(access: Access, changed: Member, after: Standing | None) -> None:
    """Refuse what would leave the current account without an owner: a place as it is to be, or its end."""
    owner = book.of(access.visitor.kind).owner
    if not rules.owns(as_standing(changed), owner):
        return
    rest = here(access, col(Member.id) != changed.id)
    active = {
        key
        for key, person in persons(access, [p.person_id for p in rest]).items()
        if person.standing == "active"
    }
    others = [as_standing(place) for place in rest if place.person_id in active]
    rules.check_owner_left([*others, after] if after is not None else others, owner)


@reads
def form_of(access: Access, place_id: str) -> PlaceForm:
    """A place as the form to change it begins."""
    access.require("people.places")
    place = _mine(access, place_id)
    person = persons(access, [place.person_id])[place.person_id]
    ids = tuple(part for part in place.sees.split(",") if part and part != "own")
    last = rules.last_day(place.ends_at, access.visitor.zone).isoformat() if place.ends_at else ""
    return PlaceForm(
        email=f"{person.name}, {person.email}",
        role=place.role,
        scopes=tuple(part for part in place.scopes.split(",") if part),
        sees="chosen" if ids else place.sees or "all",
        persons=ids,
        ends="day" if place.ends_at else "never",
        day=last,
        proxy=place.proxy,
        reason=place.reason,
    )


def change(access: Access, place_id: str, form: PlaceForm) -> Notice:
    """Change what somebody may do here; it counts from their next tap.

    Raises Refusal for one's own place, for a place wider than one's own, and for the last owner's.
    """
    access.require("people.places")
    hold(access, access.visitor.account_id)
    place = _mine(access, place_id)
    if place.person_id == access.visitor.person_id:
        raise Refusal("You cannot change your own place. Ask another owner to do it.")
    rules.check_changes(own(access), held(access, place))
    gift = read_gift(access, form)
    after = Standing(*(gift[name] for name in ("role", "scopes", "sees", "proxy", "ends_at")))  # pyright: ignore[reportArgumentType]
    check_owner_left(access, place, after)
    access.change(place, **gift, given_by=access.visitor.person_id)
    access.poke(f"person:{place.person_id}")
    access.note("people.place_changed", place.person_id, account_id=place.account_id, **gift)
    name = persons(access, [place.person_id])[place.person_id].name
    return Notice(f"Changed: what {name} may do here", "It counts from their next tap.", "good")


@reads
def ask_to_end(access: Access, place_id: str) -> Question:
    """What ending a place will do, before it is done."""
    access.require("people.places")
    place = _mine(access, place_id)
    account = access.get(Account, place.account_id)
    if place.person_id == access.visitor.person_id:
        return Question(
            f"Leave {account.name}?",
            (
                Effect("person", f"You see nothing of {account.name} any more, from your next tap."),
                Effect("list", "What you asked for or paid stays as it is."),
                Effect("refresh", "Only somebody who stays can invite you again."),
            ),
            f"Leave {account.name}",
            "Stay",
        )
    name = persons(access, [place.person_id])[place.person_id].name
    return Question(
        f"End the place of {name} in {account.name}?",
        (
            Effect("person", f"{name} sees nothing of {account.name} any more, from their next tap."),
            Effect("list", f"What {name} asked for or paid stays as it is."),
            Effect("refresh", "You can invite them again at any time."),
        ),
        f"End the place of {name}",
        f"Keep {name}",
    )


def end(access: Access, place_id: str) -> Notice:
    """End somebody's place in the account; it counts from their next tap.

    Raises Refusal for the last owner's place and for one wider than one's own.
    """
    access.require("people.places")
    account = hold(access, access.visitor.account_id)
    place = _mine(access, place_id)
    rules.check_changes(own(access), held(access, place))
    check_owner_left(access, place, None)
    person = persons(access, [place.person_id])[place.person_id]
    access.remove(Member, col(Member.id) == place.id)
    access.poke(f"person:{person.id}")
    access.note("people.place_ended", person.id, account_id=account.id, role=place.role)
    if person.id == access.visitor.person_id:
        return Notice(f"You have left {account.name}", "Somebody who stayed can invite you again.", "good")
    return Notice(
        f"{person.name} may do nothing more in {account.name}", "It counts from their next tap.", "good"
    )

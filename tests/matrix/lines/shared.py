"""What every kind of portal has: the session, people, security; the house's doors and jobs."""

from tests.matrix.entry import anybody, job, needs, of, signed_in

HANDLERS = {
    "session.SessionState.arrive": signed_in(),
    "session.SessionState.arrive_anyhow": anybody(
        "shows whoever the cookie names their own name and accounts"
    ),
    "session.SessionState.arrive_without_a_place": signed_in(),
    "session.SessionState.arrive_openly": anybody("an open page shows nothing of anybody"),
    "session.SessionState.dismiss": anybody("closes something in this tab"),
    "session.SessionState.say": anybody("words in the tab of whoever sent them"),
    "session.SessionState.simple_view": signed_in(),
    "shared.people.CustomerPeopleState.ask_standing": needs("people.standing", person_id=of("person")),
    "shared.people.CustomerPeopleState.close": anybody("closes something in this tab"),
    "shared.people.CustomerPeopleState.confirm": signed_in().shows_less(
        "does nothing before something was asked in this tab"
    ),
    "shared.people.CustomerPeopleState.end_sessions": needs("people.sign_out", person_id=of("person")),
    "shared.people.CustomerPeopleState.load": needs("customer.look_as").at(id=of("account")),
    "shared.people.CustomerPeopleState.open_look": anybody("opens a question in this tab"),
    "shared.people.CustomerPeopleState.resend": needs("people.add"),
    "shared.people.JoinState.load": anybody("a link is looked at by its token alone"),
    "shared.people.PeopleState.ask_to_end": needs("people.places", place_id=of("member")),
    "shared.people.PeopleState.ask_to_withdraw": needs("people.places", invitation_id=of("invitation")),
    "shared.people.PeopleState.close": anybody("closes something in this tab"),
    "shared.people.PeopleState.confirm": signed_in().shows_less(
        "does nothing before something was asked in this tab"
    ),
    "shared.people.PeopleState.load": needs("people.places"),
    "shared.people.PeopleState.open_change": needs("people.places", place_id=of("member")),
    "shared.people.PeopleState.open_invite": anybody("opens a question in this tab"),
    "shared.people.PeopleState.refresh": needs("people.places"),
    "shared.people.PeopleState.resend": needs("people.invite", invitation_id=of("invitation")),
    "shared.people.PeopleState.send": needs("people.invite").shows_less(
        "what is wrong is said beside its field"
    ),
    "shared.people.StaffPeopleState.ask_standing": needs("people.standing", person_id=of("person")),
    "shared.people.StaffPeopleState.ask_to_withdraw": needs("staff.run"),
    "shared.people.StaffPeopleState.close": anybody("closes something in this tab"),
    "shared.people.StaffPeopleState.confirm": signed_in().shows_less(
        "does nothing before something was asked in this tab"
    ),
    "shared.people.StaffPeopleState.end_sessions": needs("people.sign_out", person_id=of("person")),
    "shared.people.StaffPeopleState.load": needs("staff.run"),
    "shared.people.StaffPeopleState.open_change": needs("staff.run", person_id=of("person")),
    "shared.people.StaffPeopleState.open_invite": anybody("opens a question in this tab"),
    "shared.people.StaffPeopleState.resend": needs("staff.run"),
    "shared.people.StaffPeopleState.send": needs("staff.run").shows_less(
        "what is wrong is said beside its field"
    ),
    "shared.security.CodesState.ask": signed_in(),
    "shared.security.CodesState.keep": anybody("closes something in this tab"),
    "shared.security.CodesState.load": signed_in(),
    "shared.security.CodesState.make": signed_in(),
    "shared.security.EnrolState.load": signed_in(),
    "shared.security.NewAppState.load": signed_in(),
    "shared.security.PasswordState.load": signed_in(),
    "shared.security.ProveState.load": signed_in(),
    "shared.security.SecondState.load": signed_in(),
    "shared.security.SecurityState.ask_leave": anybody("opens a question in this tab"),
    "shared.security.SecurityState.ask_remove": anybody("opens a question in this tab"),
    "shared.security.SecurityState.end_one": signed_in(),
    "shared.security.SecurityState.end_others": signed_in(),
    "shared.security.SecurityState.keep": anybody("closes something in this tab"),
    "shared.security.SecurityState.load": signed_in(),
    "shared.security.SecurityState.refresh": signed_in(),
    "shared.security.SecurityState.remove": signed_in(),
    "shared.sign_in.SignInState.load": anybody("the door itself").shows_less(
        "the demo names the people to look around as"
    ),
}

ROUTES = {
    "GET /": anybody("leads to the sign-in or home"),
    "GET /account": anybody("leads to the sign-in or to one's own account"),
    "POST /auth/sign-in": anybody("the door itself").posting(email="maya@brightwater.example", password="x"),
    "POST /auth/second": anybody("half a sign-in's cookie names it").posting(code="000000"),
    "POST /auth/look-around": anybody("the demo's door").posting(email="nobody@nowhere.example"),
    "POST /auth/sign-out": anybody("ends the session that the cookie names"),
    "POST /auth/switch-account": signed_in().posting(account_id=of("account")),
    "POST /auth/join": anybody("an invitation's token names it").posting(token="x", name="x", password="x"),
    "POST /auth/accept": signed_in().posting(id=of("invitation")),
    "POST /auth/look-as": needs("customer.look_as").posting(person_id=of("person"), account_id=of("account")),
    "POST /auth/stop-looking": signed_in().shows_less("who looks at nothing is led home"),
    "POST /auth/prove": signed_in().posting(code="000000", password="x"),
    "POST /auth/password": signed_in().posting(current="x", new="x"),
    "POST /auth/authenticator": signed_in().posting(code="000000"),
    "GET /auth/authenticator/picture": signed_in().shows_less(
        "one's own new picture, where one asked for it"
    ),
    "GET /auth/session": anybody("says whether the cookie's own session goes on"),
    "POST /auth/stay": anybody("keeps the cookie's own session, where there is one"),
    "GET /health/live": anybody("says that the process runs"),
    "GET /health/ready": anybody("says how long work has waited, and nothing of anybody"),
    "GET /.well-known/security.txt": anybody("says where to write"),
    "POST /webhooks/text": anybody("the gateway's secret opens it").posting(From="+15550100", Body="OUT"),
    "GET /ping": anybody("the framework's own sign of life"),
    "GET /_health": anybody("the framework's own sign of life"),
    "GET /drafts": signed_in().at(key="x"),
    "POST /drafts": signed_in().sending(key="x", facts={}),
    "MOUNT /_event": anybody("the socket; its handlers stand above"),
}

JOBS = {
    "adoption.give_up_idle": job(),
    "billing.announce_debits": job(),
    "billing.collect_debits": job(),
    "billing.file_pdf": job(bill_id=of("bill")),
    "billing.settle_plan": job(plan_id=of("budget_plan")),
    "billing.settle_up": job(),
    "billing.tell_review": job(review_id=of("budget_review"), back=False),
    "jobs.tidy": job(),
    "mail.send": job(to="maya@brightwater.example", subject="x", text="x"),
}

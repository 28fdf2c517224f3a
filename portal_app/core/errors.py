"""The refusals a person may read."""


class Refusal(Exception):
    """A rule said no. The sentence goes to the person as it stands: what is wrong and how to mend it.

    `field` names the form field it belongs to, where there is one.
    """

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class NotYours(Refusal):
    """The thing does not exist for this person, whether or not it exists for somebody else."""

    def __init__(self, sentence: str = "We could not find that. It may have been moved or closed.") -> None:
        super().__init__(sentence)


class NotAllowed(Refusal):
    """The person's role does not let them do this."""

    def __init__(self) -> None:
        super().__init__(
            "Your sign-in does not allow this. Ask the owner of the account to do it or to let you."
        )


class SignedOut(Refusal):
    """Nobody is signed in, or the session has `ended`; `back` is the page to come back to."""

    back: str = ""
    ended: bool = True

    def __init__(self, sentence: str = "You are signed out. Sign in again; what you typed is kept.") -> None:
        super().__init__(sentence)


class TooMany(Refusal):
    """The same was tried too often; the sentence says when to try again."""


class ProveAgain(Refusal):
    """What is asked needs a fresh proof of who asks; the screen leads there and back to `back`."""

    back: str = ""

    def __init__(self, sentence: str = "For your safety, confirm that it is you. Then go on here.") -> None:
        super().__init__(sentence)


class EnrolFirst(Refusal):
    """This sign-in needs a second step that was never set up; nothing else is open until it is.

    `back` is where somebody goes on once it is.
    """

    back: str = ""

    def __init__(self, sentence: str = "Set up a second step for your sign-in first.") -> None:
        super().__init__(sentence)


class OnlyLooking(Refusal):
    """Somebody of the company looks at the portal as a customer; that changes nothing."""

    def __init__(
        self, sentence: str = "You are only looking. Nothing can be changed as somebody else."
    ) -> None:
        super().__init__(sentence)

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


class SignedOut(Refusal):
    """Nobody is signed in, or the session has ended."""

    def __init__(self, sentence: str = "You are signed out. Sign in again; what you typed is kept.") -> None:
        super().__init__(sentence)


class TooMany(Refusal):
    """The same was tried too often; the sentence says when to try again."""

"""The door to a card gateway: what billing asks of one, and the filling for a company that has none."""

from typing import Protocol

from portal_app.core.errors import Refusal
from portal_app.shapes.money import PaymentRequest


class Gateway(Protocol):
    """A company that takes card payments on its own page; no card number ever reaches this house.

    It is called outside of any transaction. `request.key` is the idempotency key.
    """

    name: str

    def takes_cards(self) -> bool:
        """Whether a person can be sent there at all."""
        ...

    def why_not(self) -> str:
        """What to tell a person when there is no way to pay by card."""
        ...

    def open_checkout(self, request: PaymentRequest) -> str:
        """The address where the person pays; the same one for the same key."""
        ...

    def fetch(self, payment_key: str) -> str:
        """What became of a payment there: asked, pending, settled, failed or cancelled."""
        ...


class NoGateway:
    """No card gateway is configured: bills are paid by bank transfer, with a recorded reference."""

    name = "none"

    def takes_cards(self) -> bool:
        """Nobody is sent anywhere."""
        return False

    def why_not(self) -> str:
        """Say how to pay instead."""
        return "Bills are paid by bank transfer. Ask for the reference and quote it on your transfer."

    def open_checkout(self, request: PaymentRequest) -> str:  # noqa: ARG002 -- nowhere to send it
        """Refuse, and say how to pay instead."""
        raise Refusal(self.why_not())

    def fetch(self, payment_key: str) -> str:  # noqa: ARG002 -- nobody to ask about it
        """Only the company's own bank statement knows."""
        return "asked"


def gateway() -> Gateway:
    """The gateway this installation uses."""
    return NoGateway()

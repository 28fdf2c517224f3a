"""Pokes through a real Valkey."""

import redis

from portal_app.core import live


def test_a_poke_reaches_other_processes_through_valkey(valkey):
    with redis.Redis.from_url(valkey) as client, client.pubsub() as channel:
        channel.subscribe(live.CHANNEL)
        assert channel.get_message(timeout=5)["type"] == "subscribe"
        live.tell(["outages", "outages", "bills"])
        assert [channel.get_message(timeout=5)["data"] for _ in range(2)] == [b"outages", b"bills"]

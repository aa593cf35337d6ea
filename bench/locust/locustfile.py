"""
Each user is a conversation: a customer who sends over HTTP, and an agent who follows and acknowledges over a socket. What
the server has acknowledged must reach the agent, once and in order; anything else is a failure, and the exit code 1.
"""

import json
import os
import time

import gevent
from locust import FastHttpUser, constant_throughput, events, task

import parley
from follower import Follower

MESSAGES_PER_SECOND = float(os.environ.get("MESSAGES_PER_SECOND", "1"))
"""Of each customer."""
ATTEMPTS = 20
DRAIN_S = 30
TEXTS = (
    "Hi, my parcel was due on Tuesday and it is still not here.",
    "Of course, it is 88-1204.",
    "👍 danke!",
    "Is there anything else that I can do? " * 8,
)


class Customer(FastHttpUser):
    wait_time = constant_throughput(MESSAGES_PER_SECOND)

    def on_start(self) -> None:
        self.token = parley.token("customer", "Cleo")
        agent = parley.token("agent", "Ada")
        self.sent: dict[str, tuple[float, str]] = {}
        self.acknowledged: dict[str, int] = {}
        started = self.mutate(parley.START, {"subject": "Locust"}, "start", self.token)
        self.conversation_id = started["startConversation"]["conversation"]["id"]
        self.mutate(parley.CLAIM, {"conversationId": self.conversation_id}, "claim", agent)
        self.follower = Follower(self.host, self.conversation_id, agent, self.delivered, refused, fault)

    @task
    def send(self) -> None:
        message_id = parley.message_id()
        body = TEXTS[len(self.sent) % len(TEXTS)]
        self.sent[message_id] = (time.perf_counter(), body)
        message = {"id": message_id, "conversationId": self.conversation_id, "body": body}
        answer = self.mutate(parley.SEND, message, "send", self.token)["sendMessage"]["message"]
        if self.acknowledged and answer["seq"] <= max(self.acknowledged.values()):
            fault("out of order", f"seq {answer['seq']} was answered late")
        self.acknowledged[message_id] = answer["seq"]

    def on_stop(self) -> None:
        if not hasattr(self, "follower"):
            return
        if not self.follower.has_all(set(self.acknowledged), within_s=DRAIN_S):
            for message_id in set(self.acknowledged) - self.follower.received:
                fault("lost", f"message {message_id} of conversation {self.conversation_id}")
        for message_id in self.follower.received - set(self.sent):
            fault("unexpected", f"message {message_id} of conversation {self.conversation_id}")
        self.follower.stop()

    def delivered(self, message: dict) -> None:
        at, body = self.sent.get(message["id"], (time.perf_counter(), message["body"]))
        if message["body"] != body:
            fault("altered", f"message {message['id']}")
        events.request.fire(
            request_type="WS",
            name="send → received",
            response_time=(time.perf_counter() - at) * 1000,
            response_length=0,
            exception=None,
            context={},
        )

    def mutate(self, query: str, variables: dict, name: str, token: str) -> dict:
        """Until it is answered: the same id again is the same message (D2)."""
        body = {"query": query, "variables": {"input": variables}}
        headers = {"Authorization": f"Bearer {token}"}
        for _ in range(ATTEMPTS):
            with self.client.post("/graphql", json=body, headers=headers, name=name, catch_response=True) as response:
                result = parse(response.text)
                if result.get("data") and not result.get("errors"):
                    return result["data"]
                errors = result.get("errors") or [{"message": f"HTTP {response.status_code}"}]
                response.failure(parley.code_of(errors))
            gevent.sleep(errors[0].get("extensions", {}).get("retryAfterMs", 500) / 1000)
        raise RuntimeError(f"{name} was not answered")


def parse(text: str | None) -> dict:
    """What stands before the server may answer with a page, or not at all."""
    try:
        return json.loads(text or "{}")
    except ValueError:
        return {}


def refused(name: str, code: str) -> None:
    """On the socket: a failed request, as over HTTP. The device comes back and loses nothing, or it is a fault."""
    events.request.fire(
        request_type="WS", name=name, response_time=0, response_length=0, exception=RuntimeError(code), context={}
    )


def fault(what: str, detail: str) -> None:
    """A broken promise, among the failures of the report."""
    events.request.fire(
        request_type="JUDGE", name=what, response_time=0, response_length=0, exception=AssertionError(detail), context={}
    )

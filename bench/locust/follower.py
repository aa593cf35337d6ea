"""An agent's device: follows one conversation over graphql-transport-ws, resumes by itself, and judges what it gets (D4)."""

import json
import random
import time
from typing import Callable

import gevent
import websocket

import parley


def errors_of(frame: dict) -> list:
    payload = frame.get("payload")
    return payload if frame["type"] == "error" else (payload or {}).get("errors") or []


class Follower:
    """Every durable event must come once and in the order of its seq, whatever happens to the connection."""

    def __init__(
        self,
        host: str,
        conversation_id: str,
        agent: str,
        on_message: Callable,
        on_refused: Callable,
        on_fault: Callable,
    ):
        self.url = host.replace("http", "ws", 1).rstrip("/") + "/graphql"
        self.conversation_id = conversation_id
        self.agent = agent
        self.on_message = on_message
        self.on_refused = on_refused
        self.on_fault = on_fault
        self.last_seq = 0
        self.received: set[str] = set()
        self._stopped = False
        self._reader = gevent.spawn(self._run)

    def has_all(self, ids: set[str], within_s: float) -> bool:
        deadline = time.monotonic() + within_s
        while not ids <= self.received and time.monotonic() < deadline:
            gevent.sleep(0.05)
        return ids <= self.received

    def stop(self) -> None:
        self._stopped = True
        self._reader.kill()

    def _run(self) -> None:
        while not self._stopped:
            try:
                self._follow()
            except (websocket.WebSocketException, OSError):
                # Sent away, or cut off: the position says where to go on.
                gevent.sleep(random.uniform(0.1, 1))

    def _follow(self) -> None:
        socket = websocket.create_connection(self.url, subprotocols=["graphql-transport-ws"], timeout=60)
        try:
            self._send(socket, type="connection_init", payload={"authorization": f"Bearer {self.agent}"})
            self._acknowledging, self._delivered = False, 0
            while True:
                text = socket.recv()
                if not text:
                    return
                self._take(socket, json.loads(text))
        finally:
            socket.close()

    def _take(self, socket: websocket.WebSocket, frame: dict) -> None:
        kind = frame["type"]
        if kind == "connection_ack":
            variables = {"conversationId": self.conversation_id, "afterSeq": self.last_seq}
            self._send(socket, id="follow", type="subscribe", payload={"query": parley.FOLLOW, "variables": variables})
        elif kind == "ping":
            self._send(socket, type="pong")
        elif frame.get("id") == "acknowledge":
            self._acknowledged(socket, kind, errors_of(frame))
        elif errors_of(frame):
            self.on_refused("follow", parley.code_of(errors_of(frame)))
            raise websocket.WebSocketException("the subscription failed")
        elif kind == "next":
            self._judge(frame["payload"]["data"]["conversationUpdates"])
            self._acknowledge(socket)

    def _judge(self, update: dict) -> None:
        seq = update.get("seq")
        if seq is None:
            return
        if seq <= self.last_seq:
            self.on_fault("doubled", f"seq {seq} came after {self.last_seq}")
        elif seq > self.last_seq + 1:
            self.on_fault("out of order", f"seq {seq} came after {self.last_seq}")
        self.last_seq = max(seq, self.last_seq)
        if update["__typename"] != "MessagePosted":
            return
        message = update["message"]
        if message["id"] in self.received:
            self.on_fault("doubled", f"message {message['id']}")
        self.received.add(message["id"])
        self.on_message(message)

    def _acknowledge(self, socket: websocket.WebSocket) -> None:
        """The newest, one at a time: what comes meanwhile is in the next."""
        if self._acknowledging or self._delivered == self.last_seq:
            return
        self._acknowledging, self._delivered = True, self.last_seq
        receipt = {"conversationId": self.conversation_id, "deliveredSeq": self.last_seq}
        payload = {"query": parley.ACKNOWLEDGE, "variables": {"input": receipt}}
        self._send(socket, id="acknowledge", type="subscribe", payload=payload)

    def _acknowledged(self, socket: websocket.WebSocket, kind: str, errors: list) -> None:
        if errors:
            self.on_refused("acknowledge", parley.code_of(errors))
            # Again with the next event: a receipt is for everything up to a seq.
            self._delivered = 0
        if kind in ("complete", "error"):
            self._acknowledging = False
        if kind == "complete" and self._delivered:
            self._acknowledge(socket)

    @staticmethod
    def _send(socket: websocket.WebSocket, **frame) -> None:
        socket.send(json.dumps(frame))

"""What a client of Parley has to know: tokens, operations, and how both transports carry them."""

import base64
import hashlib
import hmac
import json
import os
import random
import time
import uuid

START = "mutation Start($input: StartConversationInput!) { startConversation(input: $input) { conversation { id } } }"
CLAIM = "mutation Claim($input: AssignConversationInput!) { assignConversation(input: $input) { conversation { id } } }"
SEND = "mutation Send($input: SendMessageInput!) { sendMessage(input: $input) { message { id seq } duplicate } }"
ACKNOWLEDGE = "mutation Acknowledge($input: AcknowledgeInput!) { acknowledge(input: $input) { member { deliveredSeq } } }"
FOLLOW = """subscription Follow($conversationId: ID!, $afterSeq: Int) {
  conversationUpdates(conversationId: $conversationId, afterSeq: $afterSeq) {
    __typename
    ... on ConversationEvent { seq }
    ... on MessagePosted { message { id body } }
  }
}"""


def token(role: str, name: str) -> str:
    """A new person with an hour to live, as an application signs them in: HS256 with the server's AUTH_SECRET."""
    secret = os.environ.get("AUTH_SECRET")
    if not secret:
        raise SystemExit("Set AUTH_SECRET, the same as the server's.")
    now = int(time.time())
    claims = {"sub": f"locust-{uuid.uuid4()}", "role": role, "name": name, "iat": now, "exp": now + 3600}
    signed = f"{_encode({'alg': 'HS256', 'typ': 'JWT'})}.{_encode(claims)}"
    signature = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_base64(signature)}"


def code_of(errors: list) -> str:
    """Of a refusal: without the trace, which is another one each time."""
    return errors[0].get("extensions", {}).get("code", errors[0]["message"])


def message_id() -> str:
    """A UUID, version 7: rising with time, so that PostgreSQL's index grows at its end."""
    bits = int(time.time() * 1000) << 80 | 0x7 << 76 | random.getrandbits(12) << 64 | 0b10 << 62 | random.getrandbits(62)
    return str(uuid.UUID(int=bits))


def _encode(value: dict) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

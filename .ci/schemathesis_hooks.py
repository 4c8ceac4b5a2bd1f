"""What schemathesis has to be told about the interface: the token, how files travel, and that an idempotency key names one request only."""

import os
import uuid

import schemathesis

LONGEST_KEY = 128


@schemathesis.auth()
class Token:
    """The token comes from the environment: no report shows it."""

    def get(self, case, ctx):
        return os.environ["LETOPIS_TOKEN"]

    def set(self, case, data, ctx):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.serializer("application/zip", "application/pdf")
def as_bytes(ctx, value):
    """A file is its bytes, whatever its type says."""
    return value if isinstance(value, bytes) else bytes(getattr(value, "data", b"") or str(value).encode())


@schemathesis.hook
def before_call(ctx, case, kwargs):
    """The same key under another body is refused on purpose (422): every generated request that is right gets a key of its own."""
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and 1 <= len(key) <= LONGEST_KEY and all("!" <= letter <= "~" for letter in key):
        own = uuid.uuid4().hex
        case.headers["Idempotency-Key"] = key[: LONGEST_KEY - len(own)] + own

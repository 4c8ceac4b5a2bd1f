//! Tokens, idempotency keys and jobs of the documented interface: floor 1.

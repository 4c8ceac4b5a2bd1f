//! The documented interface: OpenAPI, tokens, problem+json. Floor 3.

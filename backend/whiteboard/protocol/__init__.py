"""The wire: SPEC.md, and the code that turns bytes into ops and ops into bytes."""

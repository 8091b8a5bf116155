"""The long tier of the tests: scripts/long runs it (docs/testing.md)."""

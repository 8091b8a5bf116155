"""The daemon on real ports against real servers; see docs/testing.md."""

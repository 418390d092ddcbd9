"""The outside: each module keeps the promises of a port on one real thing."""

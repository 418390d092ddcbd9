"""Builders and a whole simulated partnership, shared by every test."""

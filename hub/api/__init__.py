"""The HTTP door: one router for each noun."""

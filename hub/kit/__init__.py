"""The kit: what a partner runs on its own machine. It reads its feed, checks it, and keeps its own views of it."""

"""The faults run: everything is killed under load, and what is left is counted."""

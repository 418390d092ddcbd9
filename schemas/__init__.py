"""The words: what an update, a disclosure, a case view and an alert are made of. No I/O, no clock."""

"""A day in Northshire: visibly fake people, thirty real risk histories, and what each partner is told."""

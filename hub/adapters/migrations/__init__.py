"""Migrations: how a store of an earlier form becomes one of today's. A revision that was released is never changed."""

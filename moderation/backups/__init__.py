"""Backups, and what an older copy of the database must be told again."""

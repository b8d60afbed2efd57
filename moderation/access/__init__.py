"""Accounts, sessions, the gate in front of every route and the guard around every handler."""

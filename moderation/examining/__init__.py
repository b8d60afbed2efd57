"""Examining pictures: who is known, by which packs, within which limits, and how often those are right."""

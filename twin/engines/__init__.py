"""Painters to choose from: what each needs, where its weights come from, and what runs here."""

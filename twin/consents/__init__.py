"""Consents: what a person allows, in words and in terms, from the draft to the signed document."""

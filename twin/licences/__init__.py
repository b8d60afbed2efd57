"""Licences: what a brand may do with a twin, at which rates, and how an agency writes them."""

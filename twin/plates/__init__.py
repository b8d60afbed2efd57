"""Plates: negatives that are developed in a look, and the pictures made of them."""

"""Teaches the detector that the default pack ships; needs torch, and is never imported while the studio runs."""

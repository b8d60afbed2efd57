"""One module per question asked of an image."""

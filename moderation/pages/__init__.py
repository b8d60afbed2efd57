"""Front page, review desk, and the model's own page."""

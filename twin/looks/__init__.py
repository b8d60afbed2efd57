"""Looks: pose, light, wardrobe and words, and what no look may show."""

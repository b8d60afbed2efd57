"""Keys: hers, with which she stands behind her word, and those that what is kept of her is sealed with."""

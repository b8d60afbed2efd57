"""Files at rest, sealed with the key of the person in them."""

"""The audit chain: written, signed, witnessed, verified."""

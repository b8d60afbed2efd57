"""The tables of the moderation domain, by domain."""

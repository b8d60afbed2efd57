"""The review desk: states, claims, decisions, and what pages read about images."""

"""Who may be painted, and painting."""

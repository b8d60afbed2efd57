"""Notices: what happened that concerns somebody, in her inbox, and where she wishes it by e-mail or webhook too."""

"""How the blend detector is taught: needs torch, and nothing that runs in the studio ever imports it."""

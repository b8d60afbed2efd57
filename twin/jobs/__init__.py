"""Jobs: what waits to be painted or examined, who holds it, and the process that works it off."""

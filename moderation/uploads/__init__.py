"""Pictures from outside: decoded apart, within limits, and kept only where they may be."""

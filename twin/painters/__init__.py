"""One module per painter; the only package that knows torch and diffusers."""

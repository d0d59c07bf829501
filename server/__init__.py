"""The outermost layer: the command line (and, later, the HTTP server). Knows no diffusion."""

"""The HTTP face of the server: routes, bodies, sockets. Knows runs, library and workers."""

"""The server as a process: what the operator set, the lock on its folder, its start and end."""

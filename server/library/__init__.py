"""What people keep on the server: saved graphs with their versions, uploads, artifacts."""

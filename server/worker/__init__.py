"""Worker processes: one a device, each with an engine. Outside `child` nothing here knows torch."""

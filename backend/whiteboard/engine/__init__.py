"""Socket.IO on aiohttp. Knows nothing of boards: an application hands it one ``Application`` a namespace."""

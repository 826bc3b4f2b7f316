"""HTTP without state: the server, keys, error responses and the formats on the wire."""

"""HTTP without state: the server, keys, errors, and the formats of the http_io."""

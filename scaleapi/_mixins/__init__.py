"""Parts of the client whose code is loaded on first use."""

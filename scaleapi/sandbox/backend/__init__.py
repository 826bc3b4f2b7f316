"""The service behind the routes: its data, and what happens to them."""

"""The clients of single versions of the API: `scaleapi.api_client.v2`."""

"""The models of the v2 API, declared; `models` has them under their published paths."""

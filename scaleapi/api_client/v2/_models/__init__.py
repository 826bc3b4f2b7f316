"""The definitions of the v2 models; `models` offers them at their published paths."""

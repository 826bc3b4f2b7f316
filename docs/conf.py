"""How Sphinx builds the documentation: `python -m sphinx -W --keep-going -n docs docs/_build`."""

import scaleapi

project = "scaleapi"
version = release = scaleapi.__version__

extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]

# furo: readable on a phone, light and dark, without a script or font from another host.
html_theme = "furo"
html_title = f"scaleapi {release}"
html_show_copyright = False
html_copy_source = False

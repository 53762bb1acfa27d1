"""How the documentation is built. Nothing is fetched: fonts are the system's, and so is the rest.

Warnings are errors (`make docs`), so every link within the documentation leads somewhere.
"""

import inspect
from typing import Any

from sphinx.application import Sphinx

from pulumi_masv import __version__

project = "pulumi_masv"
author = "the authors of pulumi_masv"
version = release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]

myst_heading_anchors = 4
myst_links_external_new_tab = False

default_role = "code"  # docstrings write `code` as Markdown does
autodoc_member_order = "bysource"
napoleon_use_ivar = True

html_theme = "furo"
html_title = f"pulumi_masv {release}"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_show_copyright = False
smartquotes = False  # an option keeps its two dashes


def _without_types(
    app: Sphinx, what: str, name: str, made: Any, options: Any, signature: str | None, returns: Any
) -> tuple[str, None] | None:
    """Leave out what `pulumi.Input` stands for: it hides the names of a resource's arguments."""
    if what != "class" or not signature:
        return None
    shown = inspect.signature(made)
    plain = [one.replace(annotation=one.empty) for one in shown.parameters.values()]
    return str(shown.replace(parameters=plain, return_annotation=shown.empty)), None


def setup(app: Sphinx) -> None:
    app.connect("autodoc-process-signature", _without_types)

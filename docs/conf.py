"""How `make docs` builds the documentation: offline, with warnings as errors, into build/docs."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow, which some pages load, keeps quiet

import code_map  # noqa: E402  stands beside this file

import nlp_lstm  # noqa: E402

project = "nlp-lstm"
author = "nlp-lstm contributors"
project_copyright = author
release = version = nlp_lstm.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_click",
    "mathml",
]
myst_enable_extensions = ["deflist", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # the notebooks in learn/ have been executed: see execute_notebook.py
autodoc_member_order = "bysource"
autodoc_typehints = "description"  # a parameter has its type beside its meaning
napoleon_use_rtype = False
default_role = "code"  # in docstrings, `x` is code
smartquotes = False  # --option is no dash
python_maximum_signature_line_length = 88

html_theme = "furo"
html_math_renderer = "mathml"
html_title = "nlp-lstm"
html_static_path = ["static"]
html_extra_path = ["../build/explore.html"]  # the page on the first page; `make docs` writes it before
html_css_files = ["style.css"]
html_show_sphinx = False
html_copy_source = False
html_theme_options = {"navigation_with_keys": True}


def setup(app):
    """Draw the map of the code before the page that shows it is read."""
    drawn = HERE / "understand" / "code_map.svg"
    drawn.write_text(code_map.draw(code_map.read_rooms()), encoding="utf-8")

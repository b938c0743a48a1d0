"""The formats of a report: text, JSON, CSV, HTML, SVG, PNG, NetCDF and npz; `views` makes each.

They are looked up here, below `views`, so that a report can show and save itself.
"""

from collections.abc import Callable
from typing import Any

from nlp_lstm.registry import Registry

VIEWS: Registry[Callable[[Any], str | bytes]] = Registry("format", package="nlp_lstm.views")
# What a notebook shows of a value: HTML without a head. "report": of a Report.
FRAGMENTS: Registry[Callable[[Any], str]] = Registry("fragment", package="nlp_lstm.views")
PICTURES = ("html", "png", "svg")  # formats that matplotlib draws
FILES = ("netcdf", "npz", "png")  # formats that are bytes
SUFFIXES = {  # what the name of a file says about its format, in lower case
    ".txt": "text",
    ".json": "json",
    ".csv": "csv",
    ".html": "html",
    ".svg": "svg",
    ".png": "png",
    ".nc": "netcdf",
    ".npz": "npz",
}

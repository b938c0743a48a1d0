"""Report -> text, JSON or CSV: one registered function per format, one module each."""

from collections.abc import Callable

from nlp_lstm.comparison import Report
from nlp_lstm.registry import Registry

VIEWS: Registry[Callable[[Report], str]] = Registry("format", package="nlp_lstm.views")

"""nlp-lstm."""

__version__ = "0.1.0"

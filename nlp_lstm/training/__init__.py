"""Corpus and settings -> Run: recipes, first weights, the training loop.

Names are imported when first used: a list of recipes needs no Keras.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

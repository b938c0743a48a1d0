"""nlp-lstm: sentiment and next-word LSTM models whose every gate and state can be seen and measured.

The verbs are those of the command line, with the same names and defaults:

    train -> Run      sweep -> Report on many trainings
    evaluate, predict, probe, anatomy, runs, presets, data -> Report
    generate -> str   export -> a file of plain Keras
    compare -> Report: hidden against cell state over a corpus, beside an untrained model
    verdict -> Report: what is said about the two, each claim measured and judged
    explore -> a page in which models read what you type
    extract -> a folder with the states of a whole corpus      find -> Report
    trace(run, text) -> a Trace by layer, with every state and gate of every word; Edit changes some
    attribute(run, text) or attribute(keras_model, inputs, output) -> Report: which words speak for an output
    trace(keras_model, inputs) -> the same of any Keras recurrent model, a LayerTrace by layer

Every public name is listed, with the module that it lives in, in `__init__.pyi`, and imported when it is
first used: importing this package loads neither Keras nor any data library.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

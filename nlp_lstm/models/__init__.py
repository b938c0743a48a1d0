"""Settings -> models: cells and the whole network in NumPy, the layers that train in Keras.

    cells/           one step of each cell in NumPy, every part by name
    network.py       the taught model in NumPy
    edits.py         Edit: a part that is set or scaled while a run reads
    layers.py        embedding and recurrent stack in Keras, shared by both tasks
    recurrence.py    an LSTM layer that trains fast
    output_loss.py   the output layer together with its loss
    sampling.py      a sample of a large softmax's outputs

Names are imported when first used: the NumPy half needs no Keras.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

"""Run or Keras model, and a sentence -> Trace: every state and gate of every word, and what they show.

    traces.py          Trace, the value that the rest is about
    layer_traces.py    LayerTrace, the same of a Keras model's layer and a batch
    tracing.py         trace(): a run, or any Keras model, reads a sentence or a batch
    choosing.py        which layers it is asked for
    keras_files.py     a Keras model from a file, after keras_configs.py has checked what it names
    keras_models.py    what a Keras model is made of
    recording.py       what its recurrent layers read, call by call (keras_steps.py), and keras_ids.py the ids
    keras_traces.py    what they did, checked against Keras's own states
    changes.py         what a changed word or a held part changes at every later word
    memory.py          which word wrote what of the cell state (memory_tables.py: as tables)
    patching.py        how much of an answer moves with each part of another sentence
    attribution.py     how much each word speaks for an answer (attributing.py: attribute())
    side_by_side.py    what several models say and how their states move, in one table
    questions.py       what a probe can ask (explaining.py: tables of why it is so)
    probing.py         probe(): all of this as tables (probing_keras.py: of a Keras model)

No file here needs Keras but those that read a Keras model.
"""

from nlp_lstm.models.edits import Edit
from nlp_lstm.states.changes import change_table
from nlp_lstm.states.layer_traces import LayerTrace
from nlp_lstm.states.memory import half_life, memory_age, shares, unit_ages, write_decomposition
from nlp_lstm.states.traces import Trace, says, state_table
from nlp_lstm.states.tracing import trace

__all__ = [
    "Edit",
    "LayerTrace",
    "Trace",
    "change_table",
    "half_life",
    "memory_age",
    "says",
    "shares",
    "state_table",
    "trace",
    "unit_ages",
    "write_decomposition",
]

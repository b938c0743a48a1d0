"""Tagging: a label of any kind for every word, such as its part of speech or what it names.

The models are those of `sentiment`; what differs is what the labels mean. So this file is also the shortest
example of how to add a task.
"""

from dataclasses import replace

from nlp_lstm.task import load_task

TASK = replace(
    load_task("sentiment"),
    name="tagging",
    summary="a label of any kind for every word: the models of sentiment, without sides",
    sentiments=False,
)

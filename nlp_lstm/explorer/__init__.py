"""Runs -> one HTML page in which they read what you type, word by word, without a network.

weights.py    a run -> its weights rounded to bytes, and what the page must know of it
rounding.py   what the rounding does to its outputs, measured on sentences
modules.py    web/*.js -> one script, in the order of their imports
page.py       explore(): runs -> the page
web/          the page itself: plain modules that bear the names of those in Python
"""

from nlp_lstm.explorer.page import Explorer as Explorer
from nlp_lstm.explorer.page import explore as explore

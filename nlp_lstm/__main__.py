"""`python -m nlp_lstm` is the command line."""

from nlp_lstm.cli import main

main()

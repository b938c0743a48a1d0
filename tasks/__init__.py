"""The tasks that come with nlp-lstm, one module each; installed as `nlp_lstm.tasks`."""

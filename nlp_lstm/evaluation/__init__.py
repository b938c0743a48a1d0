"""Run and text -> figures and predictions: evaluate(), predict(), generate()."""

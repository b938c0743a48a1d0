"""Run <-> folder: what a training leaves behind, where it lies, and what is made of it."""

"""Studies -> Comparisons: what hidden and cell state do over a whole corpus, one module per analysis.

Each analysis is one registered function. It measures every layer of every run that it is given, beside an
untrained model of the same shape, and says how many sentences and words its figures rest on. Intervals
are 95 %, by drawing whole sentences anew, since words of a sentence are not independent; those of
`similarity` leave groups of sentences out instead.
"""

from collections.abc import Callable, Sequence

from nlp_lstm.analyses.studies import Study
from nlp_lstm.registry import Registry
from nlp_lstm.report import Comparison

Analysis = Callable[[Sequence[Study], int], tuple[Comparison, ...]]  # (studies, seed)
ANALYSES: Registry[Analysis] = Registry("analysis", package="nlp_lstm.analyses")

# Every public name of nlp_lstm and the module that it lives in, for type checkers and for lazy_loader.
from .analyses.comparing import compare as compare
from .anatomies import anatomy as anatomy
from .claims.verdicts import verdict as verdict
from .corpora import Corpus as Corpus
from .corpora import Example as Example
from .corpora import Request as Request
from .corpora import load_corpus as load_corpus
from .corpus_states.extracting import extract as extract
from .corpus_states.finding import find as find
from .errors import CheckError as CheckError
from .errors import DataError as DataError
from .errors import DistributedError as DistributedError
from .errors import DivergedError as DivergedError
from .errors import MissingInputError as MissingInputError
from .errors import NlpLstmError as NlpLstmError
from .errors import StorageError as StorageError
from .errors import Terminated as Terminated
from .errors import UnknownNameError as UnknownNameError
from .errors import UsageError as UsageError
from .evaluation.evaluate import evaluate as evaluate
from .evaluation.prediction import generate as generate
from .evaluation.prediction import predict as predict
from .explorer import explore as explore
from .models.edits import Edit as Edit
from .report import Comparison as Comparison
from .report import Report as Report
from .settings import Settings as Settings
from .states.attributing import attribute as attribute
from .states.layer_traces import LayerTrace as LayerTrace
from .states.layer_traces import Traces as Traces
from .states.probing import probe as probe
from .states.traces import Trace as Trace
from .states.tracing import trace as trace
from .store.exporting import export as export
from .store.listing import runs as runs
from .store.run import Run as Run
from .store.run import load_run as load_run
from .task import load_task as load_task
from .task import task_names as task_names
from .text.vocabulary import Vocabulary as Vocabulary
from .training.listing import data as data
from .training.listing import presets as presets
from .training.sweeping import sweep as sweep
from .training.train import train as train

__all__: list[str]
__version__: str

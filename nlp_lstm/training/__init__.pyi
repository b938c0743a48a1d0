from .fitting import fit as fit
from .train import first_weights as first_weights

from .fitting import fit as fit
from .preparing import first_weights as first_weights

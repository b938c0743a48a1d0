from .layers import get_weights as get_weights
from .layers import set_weights as set_weights
from .network import Network as Network

"""The names that a Keras file may hold: layers and what belongs to them, by Keras's own names.

A list, and not whatever Keras has: its modules also hold functions that read and write files, and a layer
that a later Keras brings may run code. A test compares the list with the Keras that is installed.
"""

# Layers that run what is in the file, or in another one.
RUNS_CODE = {"Lambda", "__lambda__", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"}
DIMENSIONS = ("1D", "2D", "3D")
LAYERS_BY_DIMENSION = """
AdaptiveAveragePooling AdaptiveMaxPooling AveragePooling AvgPool Conv ConvLSTM Convolution Cropping
GlobalAveragePooling GlobalAvgPool GlobalMaxPool GlobalMaxPooling MaxPool MaxPooling SpatialDropout
UpSampling ZeroPadding
"""
OTHER_LAYERS = """
Activation ActivityRegularization Add AdditiveAttention AlphaDropout Attention AugMix AutoContrast
Average BatchNormalization Bidirectional CategoryEncoding CenterCrop Concatenate
ContrastLimitedAdaptiveHistogramEqualization Conv1DTranspose Conv2DTranspose Conv3DTranspose
Convolution1DTranspose Convolution2DTranspose Convolution3DTranspose CutMix Dense DepthwiseConv1D
DepthwiseConv2D Discretization Dot Dropout ELU EinsumDense Embedding Equalization Flatten GRU GRUCell
GaussianDropout GaussianNoise GroupNormalization GroupQueryAttention HashedCrossing Hashing Identity
InputLayer IntegerLookup LSTM LSTMCell Layer LayerNormalization LeakyReLU Masking MaxNumBoundingBoxes
Maximum MelSpectrogram Minimum MixUp MultiHeadAttention Multiply Normalization PReLU Permute Pipeline
RMSNormalization RNN RandAugment RandomBrightness RandomColorDegeneration RandomColorJitter
RandomContrast RandomCrop RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur
RandomGrayscale RandomHue RandomInvert RandomPerspective RandomPosterization RandomRotation
RandomSaturation RandomSharpness RandomShear RandomTranslation RandomZoom ReLU RepeatVector Rescaling
Reshape Resizing ReversibleEmbedding STFTSpectrogram SeparableConv1D SeparableConv2D
SeparableConvolution1D SeparableConvolution2D SimpleRNN SimpleRNNCell Softmax Solarization
SpectralNormalization StackedRNNCells StringLookup Subtract TextVectorization TimeDistributed
UnitNormalization Wrapper
"""
LAYERS = {
    *OTHER_LAYERS.split(),
    *(f"{name}{one}" for name in LAYERS_BY_DIMENSION.split() for one in DIMENSIONS),
}
BESIDE_LAYERS = """
Constant GlorotNormal GlorotUniform HeNormal HeUniform IdentityInitializer LecunNormal LecunUniform Ones
Orthogonal OrthogonalInitializer RandomNormal RandomUniform STFT STFTInitializer TruncatedNormal
VarianceScaling Zeros L1 L1L2 L2 OrthogonalRegularizer MaxNorm MinMaxNorm NonNeg UnitNorm AWQDTypePolicy
DTypePolicy DTypePolicyMap FloatDTypePolicy GPTQDTypePolicy Int4DTypePolicy QuantizedDTypePolicy
QuantizedFloat8DTypePolicy Policy TensorShape Functional Model Sequential
"""
CLASSES = LAYERS | {*BESIDE_LAYERS.split()}
SPECIAL = {
    f"__{name}__" for name in ("tuple", "keras_tensor", "tensor", "numpy", "bytes", "ellipsis", "slice")
}
# Where Keras looks for them; operations are the classes of `keras.src.ops`.
MODULES = {
    "keras",
    *(
        f"keras.{name}"
        for name in ("layers", "models", "initializers", "regularizers", "constraints", "dtype_policies")
    ),
}
OLD_MODULES = ("keras.src.models.", "keras.src.engine.", "keras.engine.")
OPERATIONS = tuple(
    f"keras.src.ops.{name}" for name in ("core", "einops", "image", "linalg", "math", "nn", "numpy")
)
ACTIVATION_NAMES = """
celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu linear
log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign
sparse_plus sparse_sigmoid sparsemax squareplus swish tanh tanh_shrink threshold
"""
ACTIVATIONS = {*ACTIVATION_NAMES.split()}
ACTIVATION_MODULES = ("builtins", "keras.activations", "keras.src.activations.activations")

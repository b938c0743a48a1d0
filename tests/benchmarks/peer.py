"""The models of our tasks in PyTorch, with the loop of its example word_language_model (extra `bench`)."""

import math

import numpy as np
import torch  # pyright: ignore[reportMissingImports]

# Adam loads this. With torch's CUDA builds the process crashes if TensorFlow was loaded first.
import torch._dynamo  # pyright: ignore[reportMissingImports]

from nlp_lstm.settings import Settings
from nlp_lstm.text.batches import Batch


class TorchModel(torch.nn.Module):
    """Embedding, dropout, nn.LSTM, dropout, output layer."""

    def __init__(self, settings: Settings, vocab_size: int, outputs: int):
        super().__init__()
        units, layers = settings.units, settings.layers
        self.embedding = torch.nn.Embedding(vocab_size, settings.embedding_dim)
        between = settings.dropout if layers > 1 else 0.0
        self.layers = torch.nn.LSTM(settings.embedding_dim, units, layers, dropout=between)
        self.dropout = torch.nn.Dropout(settings.dropout)
        self.output = torch.nn.Linear(units, outputs)
        if settings.tie_weights:
            self.output.weight = self.embedding.weight

    def forward(self, words, states):
        """Log probabilities, `(timesteps, batch, outputs)`, and the states to carry."""
        hidden, states = self.layers(self.dropout(self.embedding(words)), states)
        return torch.log_softmax(self.output(self.dropout(hidden)), dim=2), states

    def take(self, weights: dict[str, np.ndarray]) -> None:
        """Begin from our weights: the same numbers, turned; torch's second bias is 0."""
        found = {"embedding.weight": weights["embedding/embeddings"], "output.bias": weights["output/bias"]}
        kernel = weights.get("output/kernel", weights["embedding/embeddings"].T)
        found["output.weight"] = kernel.T
        for layer in range(self.layers.num_layers):
            ours = f"layer_{layer + 1}"
            found[f"layers.weight_ih_l{layer}"] = weights[f"{ours}/kernel"].T
            found[f"layers.weight_hh_l{layer}"] = weights[f"{ours}/recurrent_kernel"].T
            found[f"layers.bias_ih_l{layer}"] = weights[f"{ours}/bias"]
            found[f"layers.bias_hh_l{layer}"] = np.zeros_like(weights[f"{ours}/bias"])
        self.load_state_dict({name: torch.tensor(values) for name, values in found.items()})


class TorchLearner:
    """Trains a `TorchModel` batch by batch, as our `Learner` trains a twin.

    Args:
        settings: of a task; sgd is the example's own plain loop, adam's rate falls to 0 along a cosine.
        weights: the first ones, by the names of `network.weight_shapes`.
        stream: whether states are carried from batch to batch.
        steps: in all epochs.
        device: of torch, "cpu" or "cuda".
    """

    def __init__(
        self, settings: Settings, weights: dict[str, np.ndarray], stream: bool, steps: int, device="cpu"
    ):
        self.settings, self.stream, self.states, self.device = settings, stream, None, device
        self.model = TorchModel(settings, len(weights["embedding/embeddings"]), len(weights["output/bias"]))
        self.model.take(weights)
        self.model.to(device)
        self.adam = None
        if settings.optimizer == "adam":
            self.adam = torch.optim.Adam(self.model.parameters(), settings.learning_rate, eps=1e-7)
            cosine = lambda step: (1 + math.cos(math.pi * min(step / steps, 1))) / 2  # noqa: E731
            self.schedule = torch.optim.lr_scheduler.LambdaLR(self.adam, cosine)

    def train(self, batch: Batch) -> None:
        """Make one step."""
        self.model.train()
        self.model.zero_grad()
        self._cost(batch).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.settings.clip_norm)
        if self.adam:
            self.adam.step()
            self.schedule.step()
            return
        for parameter in self.model.parameters():
            assert parameter.grad is not None
            parameter.data.add_(parameter.grad, alpha=-self.settings.learning_rate)

    def test(self, batch: Batch) -> dict[str, float]:
        """Return the mean loss of a batch, in nats per target; the states are carried on."""
        self.model.eval()
        with torch.no_grad():
            return {"loss": float(self._cost(batch))}

    def probabilities(self, inputs: np.ndarray) -> np.ndarray:
        """What the model says after every word, `(batch, timesteps, outputs)`, from fresh states."""
        self.model.eval()
        with torch.no_grad():
            says, _ = self.model(torch.from_numpy(inputs.T.copy()).to(self.device), None)
        return says.exp().cpu().numpy().transpose(1, 0, 2)

    def reset_states(self) -> None:
        """Begin again with states of zeros."""
        self.states = None

    def _cost(self, batch: Batch):
        """The mean cross-entropy of the targets that count."""
        words, targets, weight = (
            torch.from_numpy(values.T.copy()).to(self.device)
            for values in (batch.inputs, batch.targets, batch.sample_weight)
        )
        says, states = self.model(words, self.states)
        if self.stream:
            self.states = tuple(state.detach() for state in states)
        costs = torch.nn.functional.nll_loss(says.flatten(0, 1), targets.flatten().long(), reduction="none")
        return (costs * weight.flatten()).sum() / weight.sum()

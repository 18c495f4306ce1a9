"""A module as an ONNX file, its weights written from where they lie.

torch's exporter copies all weights several times, which takes longer than all else it does. So it gets them as inputs
of the graph; what the graph works out of weights alone is worked out here, and the file holds the results.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import onnx
import torch
from onnx import ModelProto, TensorProto
from onnx.reference import ReferenceEvaluator
from torch import Tensor, nn

from trainer.spec import SpecError

OPSET = 18
# protobuf can read no more.
MAX_BYTES = 2**31 - 1
# Numbers of fields in onnx.proto.
GRAPH, INITIALIZER, RAW_DATA = 7, 5, 9

Arrays = dict[str, np.ndarray]


def write_onnx(module: nn.Module, input_name: str, example: Tensor, path: Path) -> Tensor:
    """Writes `module` as a graph of one input and the output `embedding`, both of any batch size.

    Returns what PyTorch gives for `example`.
    """
    # The exporter restores the mode of the module it is given, so it must be eval itself, not only what it wraps.
    module.eval()
    weights = {name: value.detach() for name, value in (*module.named_parameters(), *module.named_buffers())}
    model, embedding = _trace(module, input_name, example, weights)
    known = _fold(model, {name: value.numpy() for name, value in weights.items()})
    del model.graph.input[1:]
    needed = {name for node in model.graph.node for name in node.input} & known.keys()
    with path.open("wb") as file:
        _write(model, {name: known[name] for name in sorted(needed)}, file)
    return embedding


class _WithWeights(nn.Module):
    """`module` as a function of its weights too, hidden in a tuple, so that the exporter finds no weight in it."""

    def __init__(self, module: nn.Module, names: list[str]) -> None:
        super().__init__()
        self.hidden, self.names = (module,), names
        self.given: Tensor | None = None

    def forward(self, example: Tensor, *weights: Tensor) -> Tensor:
        (module,) = self.hidden
        places = [_place(module, name) for name in self.names]
        kept = [place[name] for place, name in places]
        try:
            for (place, name), weight in zip(places, weights, strict=True):
                place[name] = weight
            given = module(example)
        finally:
            for (place, name), weight in zip(places, kept, strict=True):
                place[name] = weight
        self.given = given
        return given


def _place(module: nn.Module, name: str) -> tuple[dict[str, Any], str]:
    """Where a module keeps the weight of that dotted name: torch has no public way to lend it another for a while."""
    owner, _, own = name.rpartition(".")
    holder = module.get_submodule(owner)
    return holder._parameters if own in holder._parameters else holder._buffers, own


def _trace(
    module: nn.Module, input_name: str, example: Tensor, weights: dict[str, Tensor]
) -> tuple[ModelProto, Tensor]:
    # Its stubs ask for a path, which only the other exporter does.
    buffer: Any = io.BytesIO()
    traced = _WithWeights(module, list(weights)).eval()
    with warnings.catch_warnings(), _without_fast_path():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            traced,
            (example, *weights.values()),
            buffer,
            input_names=[input_name, *weights],
            output_names=["embedding"],
            dynamic_axes={input_name: {0: "batch"}, "embedding": {0: "batch"}},
            opset_version=OPSET,
            dynamo=False,
        )
    assert traced.given is not None
    return onnx.load_model_from_string(buffer.getvalue()), traced.given.detach()


@contextmanager
def _without_fast_path() -> Iterator[None]:
    """Attention whose weights need no gradient would run as one operator that ONNX has no word for."""
    was_on = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(was_on)


def _fold(model: ModelProto, known: Arrays) -> Arrays:
    """Takes out of the graph what depends on no input; the values it makes, beside those known before."""
    known, left = dict(known), []
    for node in model.graph.node:
        if all(name in known for name in node.input):
            found = ReferenceEvaluator(node).run(None, {name: known[name] for name in node.input})
            known |= zip(node.output, map(np.asarray, found), strict=True)
        else:
            left.append(node)
    del model.graph.node[:]
    model.graph.node.extend(left)
    return known


def _write(model: ModelProto, initializers: Arrays, file: BinaryIO) -> None:
    """The model with these initializers, as protobuf has it, one array at a time."""
    graph = model.graph.SerializeToString()
    model.ClearField("graph")
    heads = [_head(name, array) for name, array in initializers.items()]
    size = len(graph) + sum(
        len(_key(INITIALIZER, len(head) + array.nbytes)) + len(head) + array.nbytes
        for head, array in zip(heads, initializers.values(), strict=True)
    )
    if size > MAX_BYTES:
        raise SpecError(f"an ONNX file holds up to 2 GiB, and a tower of this model has {size / 2**30:.1f}")
    file.write(model.SerializeToString() + _key(GRAPH, size) + graph)
    for head, array in zip(heads, initializers.values(), strict=True):
        file.write(_key(INITIALIZER, len(head) + array.nbytes) + head)
        file.write(np.ascontiguousarray(array).data)


def _head(name: str, array: np.ndarray) -> bytes:
    """A tensor up to its bytes."""
    about = TensorProto(name=name, dims=array.shape, data_type=onnx.helper.np_dtype_to_tensor_dtype(array.dtype))
    return about.SerializeToString() + _key(RAW_DATA, array.nbytes)


def _key(field: int, length: int) -> bytes:
    """What stands before a field of `length` bytes."""
    return bytes([*_varint(field << 3 | 2), *_varint(length)])


def _varint(number: int) -> Iterator[int]:
    while number > 0x7F:
        yield number & 0x7F | 0x80
        number >>= 7
    yield number

"""Writes scores.onnx: cosines of two sets of unit vectors, Y[N, M] = A[N, D] x B[M, D]^T."""

from pathlib import Path

import onnx
from onnx import TensorProto, helper

a, b, y = (
    helper.make_tensor_value_info(name, TensorProto.FLOAT, dims)
    for name, dims in (("a", ["N", "D"]), ("b", ["M", "D"]), ("scores", ["N", "M"]))
)
graph = helper.make_graph([helper.make_node("Gemm", ["a", "b"], ["scores"], transB=1)], "scores", [a, b], [y])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, Path(__file__).parent / "scores.onnx")

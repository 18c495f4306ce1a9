"""Writes a refiner as the folder that transformers.js and our own Node loop read.

Three graphs at opset 23; the decoder takes a cache of any length and returns the last position's logits only.
"""

import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn
from torch.export import Dim
from transformers import DynamicCache, Idefics3ForConditionalGeneration, PreTrainedTokenizerFast

from trainer.refiner import prompt, records
from trainer.refiner.shrink import IMAGE_MEAN, IMAGE_SIZE, IMAGE_STD, IMAGE_TOKENS, image_features

OPSET = 23
MAX_NEW_TOKENS = 64


class VisionEncoder(nn.Module):
    def __init__(self, model: Idefics3ForConditionalGeneration) -> None:
        super().__init__()
        self.model = model

    def forward(self, pixel_values: Tensor) -> Tensor:
        return image_features(self.model, pixel_values.flatten(0, 1))


class EmbedTokens(nn.Module):
    def __init__(self, model: Idefics3ForConditionalGeneration) -> None:
        super().__init__()
        self.embed = model.get_input_embeddings()

    def forward(self, input_ids: Tensor) -> Tensor:
        return self.embed(input_ids)


class Decoder(nn.Module):
    """One step over new embeddings with a flat cache; the mask is built here so the library's is not traced."""

    def __init__(self, model: Idefics3ForConditionalGeneration) -> None:
        super().__init__()
        self.text, self.head = model.model.text_model, model.lm_head

    def forward(self, inputs_embeds: Tensor, attention_mask: Tensor, position_ids: Tensor, past: list[Tensor]):
        length, total = inputs_embeds.shape[1], attention_mask.shape[1]
        rows = torch.arange(total - length, total)[:, None]
        allowed = (torch.arange(total)[None] <= rows)[None, None] & (attention_mask[:, None, None] > 0)
        mask = torch.where(allowed, 0.0, -1e9)
        cache = DynamicCache(ddp_cache_data=list(zip(past[0::2], past[1::2], strict=True)))
        out = self.text(
            inputs_embeds=inputs_embeds,
            attention_mask=mask,
            position_ids=position_ids,
            past_key_values=cache,
            use_cache=True,
        )
        present = [tensor for layer in out.past_key_values.layers for tensor in (layer.keys, layer.values)]
        return self.head(out.last_hidden_state[:, -1:]), *present


def export_refiner(
    model: Idefics3ForConditionalGeneration, tokenizer: PreTrainedTokenizerFast, folder: Path, *, compress: bool = True
) -> None:
    model = model.eval().float()
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    _write_graphs(model, folder / "onnx")
    if compress:
        for path in sorted((folder / "onnx").glob("*.onnx")):
            compress_weights(path)
    _write_configs(model, tokenizer, folder)
    _write_refiner_json(folder)


@torch.no_grad()
def _write_graphs(model: Idefics3ForConditionalGeneration, folder: Path) -> None:
    config = model.config.text_config
    heads, width, layers = config.num_key_value_heads, config.head_dim, config.num_hidden_layers
    batch, new, past = Dim("batch_size", min=1), Dim("sequence_length", min=1), Dim("past_sequence_length", min=0)
    pixels = torch.zeros(2, 1, 3, IMAGE_SIZE, IMAGE_SIZE)
    _export(VisionEncoder(model), (pixels,), folder / "vision_encoder.onnx", {
        "input_names": ["pixel_values"], "output_names": ["image_features"], "dynamic_shapes": ({0: batch},),
    })  # fmt: skip
    _export(EmbedTokens(model), (torch.zeros(2, 3, dtype=torch.long),), folder / "embed_tokens.onnx", {
        "input_names": ["input_ids"], "output_names": ["inputs_embeds"], "dynamic_shapes": ({0: batch, 1: new},),
    })  # fmt: skip
    cache = [torch.zeros(2, heads, 5, width) for _ in range(2 * layers)]
    names = [f"{i}.{part}" for i in range(layers) for part in ("key", "value")]
    inputs = (
        torch.zeros(2, 3, config.hidden_size),
        torch.ones(2, 8, dtype=torch.long),
        torch.zeros(2, 3, dtype=torch.long),
        cache,
    )
    total = Dim.DYNAMIC
    _export(Decoder(model), inputs, folder / "decoder_model_merged.onnx", {
        "input_names": ["inputs_embeds", "attention_mask", "position_ids", *(f"past_key_values.{n}" for n in names)],
        "output_names": ["logits", *(f"present.{n}" for n in names)],
        "dynamic_shapes": ({0: batch, 1: Dim.DYNAMIC}, {0: batch, 1: total}, {0: batch, 1: Dim.DYNAMIC},
                           [{0: batch, 2: past}] * len(cache)),
    })  # fmt: skip


def _export(module: nn.Module, inputs: tuple, path: Path, options: dict) -> None:
    torch.onnx.export(
        module.eval(), inputs, path, dynamo=True, opset_version=OPSET, external_data=False, verbose=False, **options
    )


def compress_weights(path: Path) -> None:
    """Stores large matrices as int8 with a scale a row; onnxruntime unpacks them once, when it loads the graph."""
    model = onnx.load(path)
    graph = model.graph
    kept, nodes = [], []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < 4096:
            kept.append(tensor)
            continue
        axis = _output_axis(graph, tensor.name, values)
        scale = np.maximum(np.abs(values).max(axis=axis, keepdims=True) / 127, 1e-12).astype(np.float32)
        packed = np.clip(np.round(values / scale), -127, 127).astype(np.int8)
        name = tensor.name
        kept += [numpy_helper.from_array(packed, f"{name}.i8"), numpy_helper.from_array(scale, f"{name}.scale")]
        nodes += [
            helper.make_node("Cast", [f"{name}.i8"], [f"{name}.f32"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{name}.f32", f"{name}.scale"], [name]),
        ]
    old = list(graph.node)
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept)
    graph.node.extend([*nodes, *old])
    forget_origin(model)
    onnx.save(model, path)


def forget_origin(model: onnx.ModelProto) -> None:
    """Drops the exporter's notes: stack traces with the paths of the machine it ran on."""
    noted = [model, model.graph, *model.graph.node, *model.graph.value_info, *model.graph.input, *model.graph.output]
    for part in [*noted, *model.functions, *(node for function in model.functions for node in function.node)]:
        del part.metadata_props[:]
        part.doc_string = ""


def _output_axis(graph: onnx.GraphProto, name: str, values: np.ndarray) -> tuple[int, ...]:
    """The axes summed over by the operator that uses the weights; each output row or column has its own scale."""
    user = next((node for node in graph.node if name in node.input), None)
    if user is not None and user.op_type == "MatMul":
        return (0,)
    return tuple(range(1, values.ndim))


def _write_configs(model: Idefics3ForConditionalGeneration, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """config.json and its companions; transformers.js 4 wants the older file names as well."""
    model.config.save_pretrained(folder)
    model.generation_config.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    template = folder / "chat_template.jinja"
    settings_path = folder / "tokenizer_config.json"
    settings = json.loads(settings_path.read_text())
    if template.exists():
        settings["chat_template"] = template.read_text()
        template.unlink()
    settings_path.write_text(json.dumps(settings, indent=2) + "\n")
    image_processor = {
        "image_processor_type": "Idefics3ImageProcessor",
        "do_convert_rgb": True,
        "do_resize": True,
        "size": {"longest_edge": IMAGE_SIZE},
        "resample": 3,
        "do_image_splitting": False,
        "max_image_size": {"longest_edge": IMAGE_SIZE},
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": [IMAGE_MEAN] * 3,
        "image_std": [IMAGE_STD] * 3,
        "do_pad": True,
    }
    processor = {"processor_class": "Idefics3Processor", "image_seq_len": IMAGE_TOKENS}
    _write_json(folder / "preprocessor_config.json", {**image_processor, **processor})
    _write_json(folder / "processor_config.json", {**processor, "image_processor": image_processor})


def _write_refiner_json(folder: Path) -> None:
    """All that a loop of one's own has to know."""
    _write_json(
        folder / "refiner.json",
        {
            "format": "whetstone-refiner/1",
            "image": {
                "size": IMAGE_SIZE,
                "mean": [IMAGE_MEAN] * 3,
                "std": [IMAGE_STD] * 3,
                "resize": "squash",
                "background": "#ffffff",
                "tokens": IMAGE_TOKENS,
            },
            "prompt": {
                "template": f"{prompt.PROMPT_HEAD}{{alt}}{prompt.PROMPT_TAIL}",
                "altPrefix": " ",
                "lowercase": True,
                "maxAltTokens": prompt.MAX_ALT_TOKENS,
                "imageToken": "<image>",
                "padToken": "<pad>",
            },
            "output": {
                "positiveDescription": records.POSITIVE_DESCRIPTION,
                "negativeDescription": records.NEGATIVE_DESCRIPTION,
                "positiveTags": records.POSITIVE_TAGS,
                "negativeTags": records.NEGATIVE_TAGS,
                "end": records.END,
                "tagSeparator": ",",
                "maxNewTokens": MAX_NEW_TOKENS,
            },
        },
    )


def _write_json(path: Path, value: dict) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n")

"""Greedy decoding over the three exported graphs: the loop that Node runs, for tests to hold against PyTorch."""

from pathlib import Path

import numpy as np
import onnxruntime as ort


class OnnxRefiner:
    """Loads a refiner folder. `threads` bounds onnxruntime, which never spins while it waits."""

    def __init__(self, folder: Path, threads: int = 2) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        names = ("vision_encoder", "embed_tokens", "decoder_model_merged")
        self.vision, self.embed, self.decoder = (
            ort.InferenceSession(folder / "onnx" / f"{name}.onnx", options) for name in names
        )
        self.cache = [i for i in self.decoder.get_inputs() if i.name.startswith("past_key_values")]

    def generate(
        self, pixels: np.ndarray, prompts: list[list[int]], ids: dict[str, int], max_new_tokens: int
    ) -> list[list[int]]:
        """Token ids without the end token. `ids` names `pad`, `image` and `end`; prompts may differ in length."""
        count, width = len(prompts), max(map(len, prompts))
        tokens = np.array([[ids["pad"]] * (width - len(p)) + p for p in prompts], dtype=np.int64)
        mask = np.array([[0] * (width - len(p)) + [1] * len(p) for p in prompts], dtype=np.int64)
        embeds = self.embed.run(None, {"input_ids": tokens})[0]
        features = self.vision.run(None, {"pixel_values": pixels[:, None]})[0]
        embeds[tokens == ids["image"]] = features.reshape(-1, features.shape[-1])
        positions = np.maximum(mask.cumsum(1) - 1, 0)
        past = {i.name: np.zeros((count, i.shape[1], 0, i.shape[3]), np.float32) for i in self.cache}
        outputs: list[list[int]] = [[] for _ in prompts]
        live = np.ones(count, dtype=bool)
        for _ in range(max_new_tokens):
            feed = {"inputs_embeds": embeds, "attention_mask": mask, "position_ids": positions, **past}
            logits, *present = self.decoder.run(None, feed)
            following = logits[:, -1].argmax(-1)
            live &= following != ids["end"]
            if not live.any():
                break
            for row in np.flatnonzero(live):
                outputs[row].append(int(following[row]))
            past = {i.name: tensor for i, tensor in zip(self.cache, present, strict=True)}
            mask = np.concatenate([mask, np.ones((count, 1), np.int64)], axis=1)
            positions = positions[:, -1:] + 1
            embeds = self.embed.run(None, {"input_ids": following[:, None].astype(np.int64)})[0]
        return outputs

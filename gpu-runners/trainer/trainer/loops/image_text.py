"""Models of transformers that read an image and write text, as policies: a language model that sees."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor
from transformers import AutoModelForImageTextToText, AutoProcessor

from trainer.images import FORMATS, MAX_PIXELS
from trainer.loops.language_model import Encoded, LanguageModel
from trainer.loops.picture import Picture, bytes_of
from trainer.loops.policy import Prompt
from trainer.loops.style import Style
from trainer.spec import SpecError


class ImageTextModel(LanguageModel):
    """The folder holds the processor's files too, with a chat template."""

    def __init__(self, model: Any, processor: Any, folder: Path) -> None:
        super().__init__(model, processor.tokenizer, folder)
        self.processor = processor
        self.template = processor.chat_template or processor.tokenizer.chat_template
        if not self.template:
            raise SpecError(f"{folder.name} has no chat template, so nothing says where the image goes")
        self.style: Style = "plain"
        self.takes_positions = not hasattr(model.base_model, "get_rope_index")

    @classmethod
    def load(cls, folder: Path) -> "ImageTextModel":
        device = "cuda" if torch.cuda.is_available() else "cpu"
        model = AutoModelForImageTextToText.from_pretrained(
            folder,
            dtype="auto" if device == "cuda" else torch.float32,
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
        ).to(device)
        return cls(model.eval(), AutoProcessor.from_pretrained(folder, local_files_only=True), folder)

    def seen(self, prompts: Sequence[Encoded]) -> dict[str, Tensor]:
        # As it was read, so that the parts it is cut in match its ids.
        images = [[_open(prompt.picture)] for prompt in prompts if prompt.picture is not None]
        found = self.processor.image_processor(images=images, return_tensors="pt")
        return {
            name: value.to(self.device, self.module.dtype) if value.is_floating_point() else value.to(self.device)
            for name, value in found.items()
            if isinstance(value, Tensor)
        }

    def _encode(self, prompts: Sequence[Prompt]) -> list[Encoded]:
        known = {prompt: self._look(prompt) for prompt in dict.fromkeys(prompts)}
        return [known[prompt] for prompt in prompts]

    def _look(self, prompt: Prompt) -> Encoded:
        if prompt.image is None:
            raise SpecError("a policy of kind image-text needs an image, and a query of the task has none")
        turn = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": prompt.text}]}]
        words = self.processor.apply_chat_template(
            turn, chat_template=self.template, tokenize=False, add_generation_prompt=True
        )
        read = self.processor(text=[words], images=[[_open(prompt.image)]], add_special_tokens=False)
        return Encoded(tuple(map(int, read["input_ids"][0])), prompt.image)


def _open(picture: Picture) -> Image.Image:
    try:
        opened = Image.open(io.BytesIO(bytes_of(picture)), formats=FORMATS)
        if opened.width * opened.height > MAX_PIXELS:
            raise SpecError(f"an image of the task has more than {MAX_PIXELS} pixels")
        return opened.convert("RGB")
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise SpecError(f"an image of the task can't be decoded: {error}") from error

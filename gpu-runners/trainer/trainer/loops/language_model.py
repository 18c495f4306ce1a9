"""Causal language models of transformers as policies. Shapes: B rows, T tokens, V vocabulary."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import AutoModelForCausalLM, AutoTokenizer

from trainer.loops.decode import Decoder
from trainer.loops.picture import Picture
from trainer.loops.policy import Ask, Drawn, Prompt
from trainer.loops.spec import Lora
from trainer.loops.style import Style

ROWS_AT_ONCE = 256


class Encoded(NamedTuple):
    """A prompt as it is read; equal ones are read once."""

    ids: tuple[int, ...]
    picture: Picture | None = None


class LanguageModel:
    """A folder of transformers: `config.json`, `model.safetensors`, tokenizer."""

    def __init__(self, model: Any, tokenizer: Any, folder: Path) -> None:
        self.module: Any = model
        self.tokenizer, self.folder = tokenizer, folder
        self.device = model.device
        self.style: Style = "plain" if tokenizer.chat_template else "marks"
        self.end = tokenizer.eos_token_id
        self.pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else self.end

    # Whether positions may be told; models with positions in a plane work out their own.
    takes_positions = True

    @classmethod
    def load(cls, folder: Path) -> "LanguageModel":
        device = "cuda" if torch.cuda.is_available() else "cpu"
        model = AutoModelForCausalLM.from_pretrained(
            folder,
            dtype="auto" if device == "cuda" else torch.float32,
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
        ).to(device)
        return cls(model.eval(), AutoTokenizer.from_pretrained(folder, local_files_only=True), folder)

    def draw(self, asks: Sequence[Ask]) -> list[Drawn]:
        self.module.eval()
        encoded = self._encode([ask.prompt for ask in asks])
        # Alike in length together: less padding.
        order = sorted(range(len(asks)), key=lambda i: len(encoded[i].ids))
        drawn: list[Drawn | None] = [None] * len(asks)
        decoder = Decoder(self)
        for begin in range(0, len(order), ROWS_AT_ONCE):
            part = order[begin : begin + ROWS_AT_ONCE]
            texts = decoder.draw([asks[i] for i in part], [encoded[i] for i in part])
            for i, text in zip(part, texts, strict=True):
                drawn[i] = text
        return [text for text in drawn if text is not None]

    def token_log_probs(self, pairs: Sequence[tuple[Prompt, str]]) -> tuple[Tensor, Tensor]:
        prompts = self._encode([prompt for prompt, _ in pairs])
        texts = [[*self.text_ids(text), self.end] for _, text in pairs]
        return self.id_log_probs(prompts, texts)

    def id_log_probs(self, prompts: Sequence[Encoded], texts: list[list[int]]) -> tuple[Tensor, Tensor]:
        """Padded on the right; what comes out begins at each text's first token."""
        ids_BT, attention_BT, _ = self._pad([[*prompt.ids, *text] for prompt, text in zip(prompts, texts, strict=True)])
        logits_BTV = self.module(input_ids=ids_BT, attention_mask=attention_BT, **self.seen(prompts)).logits
        picked_BT = _picked(logits_BTV[:, :-1].float(), ids_BT[:, 1:])
        longest = max(map(len, texts))
        starts_B1 = torch.tensor([[len(prompt.ids) - 1] for prompt in prompts], device=self.device)
        places_BT = starts_B1 + torch.arange(longest, device=self.device)
        sizes_B1 = torch.tensor([[len(text)] for text in texts], device=self.device)
        mask_BT = torch.arange(longest, device=self.device) < sizes_B1
        found_BT = picked_BT.gather(1, places_BT.clamp(max=picked_BT.shape[1] - 1))
        return found_BT.masked_fill(~mask_BT, 0), mask_BT

    def last_states(self, pairs: Sequence[tuple[Prompt, str]]) -> Tensor:
        """What the model has made of each text by its end token, [pairs, width]."""
        prompts = self._encode([prompt for prompt, _ in pairs])
        rows = [[*prompt.ids, *self.text_ids(text), self.end] for prompt, (_, text) in zip(prompts, pairs, strict=True)]
        ids_BT, attention_BT, lengths_B = self._pad(rows)
        out = self.module(
            input_ids=ids_BT,
            attention_mask=attention_BT,
            output_hidden_states=True,
            logits_to_keep=1,
            use_cache=False,
            **self.seen(prompts),
        )
        return out.hidden_states[-1][torch.arange(len(rows)), lengths_B - 1]

    @property
    def width(self) -> int:
        return self.module.get_input_embeddings().embedding_dim

    def seen(self, prompts: Sequence[Encoded]) -> dict[str, Tensor]:
        """What the model reads beside ids."""
        return {}

    def text_ids(self, text: str) -> list[int]:
        return self.tokenizer(text, add_special_tokens=False).input_ids

    def adapt(self, lora: Lora, seed: int) -> None:
        """Puts adapters on all linear layers; they alone learn until `merge`."""
        from peft import LoraConfig, get_peft_model

        torch.manual_seed(seed % 2**63)
        config = LoraConfig(
            r=lora.rank,
            lora_alpha=lora.alpha,  # pyright: ignore[reportArgumentType] -- any number does
            lora_dropout=lora.dropout,
            target_modules="all-linear",
            bias="none",
        )
        self.module = get_peft_model(self.module, config)

    def merge(self) -> None:
        self.module = self.module.merge_and_unload()

    def save(self, folder: Path) -> None:
        self.module.save_pretrained(str(folder), max_shard_size="1000GB")
        # Config and tokenizer as they came, not as this version of transformers would write them.
        for path in self.folder.iterdir():
            if path.is_file() and path.suffix != ".safetensors" and not path.name.endswith(".index.json"):
                shutil.copyfile(path, folder / path.name)

    def _pad(self, rows: list[list[int]]) -> tuple[Tensor, Tensor, Tensor]:
        """Ids padded on the right, which of them count, and how many."""
        tensors = [torch.tensor(row) for row in rows]
        ids_BT = torch.nn.utils.rnn.pad_sequence(tensors, batch_first=True, padding_value=self.pad).to(self.device)
        lengths_B = torch.tensor([len(row) for row in rows], device=self.device)
        attention_BT = (torch.arange(ids_BT.shape[1], device=self.device) < lengths_B[:, None]).long()
        return ids_BT, attention_BT, lengths_B

    def _encode(self, prompts: Sequence[Prompt]) -> list[Encoded]:
        known = {text: self._read(text) for text in {prompt.text for prompt in prompts}}
        return [Encoded(known[prompt.text]) for prompt in prompts]

    def _read(self, text: str) -> tuple[int, ...]:
        if self.tokenizer.chat_template:
            turn = [{"role": "user", "content": text}]
            words = self.tokenizer.apply_chat_template(turn, tokenize=False, add_generation_prompt=True)
            return tuple(self.tokenizer(words, add_special_tokens=False).input_ids)
        return tuple(self.text_ids(text)) or (self.end,)


def _picked(logits_BTV: Tensor, ids_BT: Tensor) -> Tensor:
    """Log-probabilities of `ids`, without the whole log-softmax in memory."""
    return -F.cross_entropy(logits_BTV.transpose(1, 2), ids_BT, reduction="none")

"""Texts to token rows, equal to the evaluator's `clean-text.ts` and `tokenizer.ts`: change both or neither."""

import html
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from trainer.spec import SpecError

TERMINAL_ESCAPES = re.compile(r"\x1b\[[\d;]*[A-Za-z]")
COMPATIBLE = re.compile("[\u0132\u0133\u0149\u01c4-\u01cc\u01f1-\u01f3\ufb00-\ufb04\ufb06\u3000\uff01-\uffef]")
CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]")
C1_CONTROLS = re.compile("[\x80-\x9f]")
CHUNK = 10_000


def clean_text(text: str) -> str:
    """What open_clip does with ftfy and html.unescape, then lower case. Only ftfy's repair of mojibake is left out."""
    plain = text if "<" in text else html.unescape(text)
    plain = TERMINAL_ESCAPES.sub("", plain)
    plain = C1_CONTROLS.sub(_as_windows_1252, plain)
    plain = COMPATIBLE.sub(lambda match: unicodedata.normalize("NFKC", match[0]), plain).replace("\ufb05", "\u017ft")
    plain = re.sub("[\u02bc\u2018-\u201b]", "'", plain)
    plain = re.sub("[\u201c-\u201f]", '"', plain)
    plain = unicodedata.normalize("NFC", CONTROLS.sub("", plain))
    return " ".join(html.unescape(html.unescape(plain)).split()).lower()


def _as_windows_1252(control: re.Match[str]) -> str:
    """What a web page that holds a C1 control meant by it; the five bytes without a meaning stay."""
    try:
        return bytes([ord(control[0])]).decode("cp1252")
    except UnicodeDecodeError:
        return control[0]


class ClipTokenizer:
    """Rows of exactly `context` ids: start, the text cut to fit, end, padding."""

    def __init__(self, path: Path, package: dict[str, Any]) -> None:
        self.bpe = _read_tokenizer(path)
        self.bpe.no_truncation()
        self.bpe.no_padding()
        self.context: int = package["context"]
        ids = package["tokenizer"]
        self.pad, self.start, self.end = ids["padId"], ids["startId"], ids["endId"]
        self._check_fit(package["architecture"].get("text_cfg", {}))

    def __call__(self, texts: Sequence[str]) -> Tensor:
        rows_NL = np.full((len(texts), self.context), self.pad, dtype=np.int32)
        for first in range(0, len(texts), CHUNK):
            chunk = [clean_text(text) for text in texts[first : first + CHUNK]]
            for i, encoding in enumerate(self.bpe.encode_batch_fast(chunk, add_special_tokens=False), first):
                ids = [self.start, *encoding.ids[: self.context - 2], self.end]
                rows_NL[i, : len(ids)] = ids
        return torch.from_numpy(rows_NL)

    def decode(self, ids: Sequence[int]) -> str:
        """For people: the text of a row as far as the tokenizer keeps it."""
        text = self.bpe.decode([i for i in ids if i not in (self.pad, self.start, self.end)])
        # Where words end is part of CLIP's tokens, and a byte-level decoder leaves it standing.
        return " ".join(text.replace("</w>", " ").split())

    def _check_fit(self, text_cfg: dict[str, Any]) -> None:
        """Refuses ids that the token embedding has no row for, and an end that its tower would not find."""
        largest, rows = max(self.bpe.get_vocab().values()), text_cfg.get("vocab_size", 49408)
        if largest >= rows:
            raise SpecError(f"tokenizer.json has ids up to {largest}, but the token embedding has {rows} rows")
        for name, id_ in {"startId": self.start, "endId": self.end}.items():
            if self.bpe.id_to_token(id_) is None:
                raise SpecError(f"model.json: tokenizer.{name} is {id_}, which tokenizer.json does not have")
        if text_cfg.get("pool_type", "argmax") == "argmax" and self.end < largest:
            raise SpecError(f"model.json: tokenizer.endId is {self.end}, but texts are read at the largest, {largest}")


def _read_tokenizer(path: Path) -> Tokenizer:
    if not path.is_file():
        raise SpecError(f"{path.name} is missing")
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises nothing narrower
        raise SpecError(f"{path.name} can't be read: {error}") from error

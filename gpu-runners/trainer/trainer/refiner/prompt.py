"""From an alt-text to the prompt's token ids. Node does the same from `refiner.json`, so keep the two in step."""

import re
import unicodedata

from transformers import PreTrainedTokenizerFast

from trainer.refiner.shrink import IMAGE_TOKENS
from trainer.refiner.tokenizer import ASSISTANT, FAKE, GLOBAL, IMAGE, USER

MAX_ALT_TOKENS = 24
PROMPT_HEAD = f"{USER}{FAKE}{GLOBAL}{IMAGE * IMAGE_TOKENS}{FAKE}"
PROMPT_TAIL = ASSISTANT


def clean_alt(alt: str) -> str:
    """Angle brackets could spell a special token, so they go."""
    text = unicodedata.normalize("NFC", alt).replace("<", " ").replace(">", " ").lower()
    return re.sub(r"\s+", " ", text).strip()


def prompt_ids(tokenizer: PreTrainedTokenizerFast, alt: str) -> list[int]:
    text = clean_alt(alt)
    middle = tokenizer(" " + text).input_ids[:MAX_ALT_TOKENS] if text else []
    return [*tokenizer(PROMPT_HEAD).input_ids, *middle, *tokenizer(PROMPT_TAIL).input_ids]

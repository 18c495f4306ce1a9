"""open_clip's BPE cut to its first merges, as open_clip itself reads it and as Node reads it."""

import gzip
import json
from pathlib import Path

from open_clip.tokenizer import SimpleTokenizer, bytes_to_unicode, default_bpe

PATTERN = r"""<start_of_text>|<end_of_text>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"""


def cut_merges(path: Path, vocab_size: int) -> None:
    """Writes the merges file for a vocabulary of `vocab_size`: 512 byte tokens, merges, start and end."""
    lines = gzip.decompress(Path(default_bpe()).read_bytes()).decode("utf-8").split("\n")[: vocab_size - 512 - 2 + 1]
    with path.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as file:
        file.write("\n".join(lines).encode("utf-8"))


def make_tokenizer(merges_path: Path, context: int) -> SimpleTokenizer:
    return SimpleTokenizer(bpe_path=str(merges_path), context_length=context)


def write_tokenizer_json(tokenizer: SimpleTokenizer, path: Path) -> None:
    """The same tokenizer for @huggingface/tokenizers; padding (id 0) and truncation are the caller's."""
    merges = sorted(tokenizer.bpe_ranks, key=lambda merge: tokenizer.bpe_ranks[merge])
    start, end = tokenizer.sot_token_id, tokenizer.eot_token_id
    special = [("<start_of_text>", start), ("<end_of_text>", end)]
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    document = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": id_, "content": token, **flags} for token, id_ in special],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "NFC"},
                {"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "},
                {"type": "Strip", "strip_left": True, "strip_right": True},
                {"type": "Lowercase"},
            ],
        },
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [
                {"type": "Split", "pattern": {"Regex": PATTERN}, "behavior": "Removed", "invert": True},
                {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False},
            ],
        },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [_special(special[0][0]), {"Sequence": {"id": "A", "type_id": 0}}, _special(special[1][0])],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
            "special_tokens": {token: {"id": token, "ids": [id_], "tokens": [token]} for token, id_ in special},
        },
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": "",
            "end_of_word_suffix": "</w>",
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": False,
            "vocab": tokenizer.encoder,
            "merges": [list(merge) for merge in merges],
        },
    }
    assert len(tokenizer.encoder) == 2 * len(bytes_to_unicode()) + len(merges) + 2
    path.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def _special(token: str) -> dict:
    return {"SpecialToken": {"id": token, "type_id": 0}}

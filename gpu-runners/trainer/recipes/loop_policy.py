"""The small language model that loops begin with: it reads scenes as words, and answers some of the questions.

    python -m recipes.loop_policy SCENES.parquet OUT

Taught on split `start` alone, and stopped early on purpose: a policy that is always right has nothing to teach itself.
One core: about 2 minutes. It then answers about three in ten of the held-out questions.
"""

import argparse
import json
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import torch
from tokenizers import Regex, Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from trainer.loops.queries import Query
from trainer.loops.scenes.solutions import write_solutions
from trainer.loops.wording import write_prompt

WIDTH, LAYERS, HEADS, BATCH, STEPS, WARMUP = 64, 3, 4, 32, 600, 30
LEARNING_RATE = 5e-3
# How often each form and each strategy is shown.
FORMS = {"answer": 6, "instruct": 1, "translate": 1, "improve": 1, "reflect": 0.5, "quality": 1}
STRATEGIES = {"direct": 4, "steps": 3, "questions": 2, "program": 1}
PAD, END, UNKNOWN = "<pad>", "<end-of-text>", "<unk>"
MARKS = ["scene", "question", "draft", "solve", "ask", "grade", "improve", "translate", "reflect", "end"]
TAGS = ["direct", "steps", "questions", "program"]
GRAMMAR = ["things", "where", "except", "odd", "count", "name", "kind", "color", "size"]
PLACES = ["left-of", "right-of", "above", "below", "row-of", "column-of", "r1", "r2", "r3", "c1", "c2", "c3"]
TALK = ["answer", "that", "is", "how", "many", "of", "none", "yes", "no", "next"]
WORD = r"<[a-z-]+>|\|\||[a-z]+(?:-[a-z]+)*(?:\d+)?|\d+|[^\s\w]"


@dataclass(frozen=True)
class Item:
    query: Query
    program: str
    # Answers of its sort that are wrong.
    others: tuple[str, ...]


def make_tokenizer(words: Iterable[str]) -> PreTrainedTokenizerFast:
    """One token a word, number or sign; a text is its tokens with spaces between."""
    marks = [f"<{mark}>" for mark in [*MARKS, *TAGS]]
    signs = [*".,:;?!|+-=><()'", "||", "&"]
    vocabulary = list(dict.fromkeys([PAD, END, UNKNOWN, *marks, *signs, *map(str, range(100)), *sorted(set(words))]))
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(vocabulary)}, unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(WORD), "removed", invert=True)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token=PAD, eos_token=END, unk_token=UNKNOWN, padding_side="left"
    )


def read_scenes(path: Path) -> tuple[list[Item], list[str]]:
    """What split `start` tells, and every word of all splits: what is new to a later one shall have a token."""
    items: list[Item] = []
    words = {*GRAMMAR, *PLACES, *TALK}
    columns = ["query_id", "split", "question", "answer", "choices", "scene", "program"]
    for row in pq.read_table(path, columns=columns).to_pylist():
        scene: dict[str, Any] = json.loads(row["scene"])
        words.update(row["question"].split())
        words.update(str(value) for thing in scene["things"] for value in thing.values())
        if row["split"] == "start":
            right = json.loads(row["answer"])
            others = tuple(choice for choice in json.loads(row["choices"]) if choice not in right)
            items.append(Item(Query(row["query_id"], question=row["question"], scene=scene), row["program"], others))
    return items, sorted(words)


def write_example(item: Item, luck: random.Random) -> tuple[str, str]:
    """A prompt in one of the forms and what should come after it."""
    query = item.query
    assert query.scene is not None
    solutions = write_solutions(item.program, query.scene)
    form = luck.choices(list(FORMS), list(FORMS.values()))[0]
    if form == "answer":
        strategy = luck.choices(list(STRATEGIES), list(STRATEGIES.values()))[0]
        return write_prompt(query, form, "marks"), solutions[strategy]
    if form == "instruct":
        return write_prompt(query, form, "marks"), query.question
    if form == "translate":
        return write_prompt(query, form, "marks", solutions["steps"]), solutions["program"]
    strategy = luck.choice(["direct", "steps", "questions"])
    is_right = luck.random() < 0.5 or not item.others
    draft = solutions[strategy] if is_right else _spoil(solutions[strategy], item.others, luck)
    if form == "improve":
        return write_prompt(query, form, "marks", draft), solutions[strategy]
    if form == "reflect":
        parts = solutions["steps"].split(" . ")
        cut = luck.randint(0, len(parts) - 1)
        path = solutions["steps"] if cut == len(parts) - 1 else " . ".join(parts[: cut + 1]) + " ."
        return write_prompt(query, form, "marks", path), "<end>" if path == solutions["steps"] else "next"
    grade = luck.choice([9, 10]) if is_right else luck.choice([1, 2, 3])
    return write_prompt(query, form, "marks", draft), f"{grade} || {'yes' if is_right else 'no'}"


def _spoil(text: str, others: tuple[str, ...], luck: random.Random) -> str:
    """Another answer in place of the right one."""
    return f"{text.rpartition(' ')[0]} {luck.choice(others)}"


def train(scenes: Path, folder: Path, *, steps: int, seed: int, say: Callable[[str], None]) -> None:
    torch.manual_seed(seed)
    items, words = read_scenes(scenes)
    tokenizer = make_tokenizer(words)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=WIDTH,
            intermediate_size=2 * WIDTH,
            num_hidden_layers=LAYERS,
            num_attention_heads=HEADS,
            max_position_embeddings=512,
            tie_word_embeddings=True,
            bos_token_id=None,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.98), weight_decay=0.01)
    luck = random.Random(seed)
    began = time.monotonic()
    for step in range(steps):
        batch = [write_example(luck.choice(items), luck) for _ in range(BATCH)]
        prompts = [tokenizer(prompt).input_ids for prompt, _ in batch]
        texts = [[*tokenizer(text).input_ids, tokenizer.eos_token_id] for _, text in batch]
        rows = [torch.tensor(prompt + text) for prompt, text in zip(prompts, texts, strict=True)]
        ids_BT = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=tokenizer.pad_token_id)
        labels_BT = ids_BT.masked_fill(ids_BT == tokenizer.pad_token_id, -100)
        # Scenes are random: only what comes after can be learned.
        for row, prompt in enumerate(prompts):
            labels_BT[row, : len(prompt)] = -100
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * min((step + 1) / WARMUP, 1.0, (steps - step) / (0.2 * steps))
        loss = model(input_ids=ids_BT, attention_mask=(ids_BT != tokenizer.pad_token_id).long(), labels=labels_BT).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if (step + 1) % 50 == 0 or step + 1 == steps:
            say(f"step {step + 1}: loss {loss.item():.3f}, {time.monotonic() - began:.0f} s")
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="recipes.loop_policy", description="Make the language model loops begin with."
    )
    parser.add_argument("scenes", type=Path, help="task of scenes, as Parquet")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    train(
        arguments.scenes,
        arguments.folder,
        steps=arguments.steps,
        seed=arguments.seed,
        say=lambda line: print(line, flush=True),
    )


if __name__ == "__main__":
    main()

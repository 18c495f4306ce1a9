"""Language models as policies: many rows at a time draw as one does, and texts are worth what they say they are."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM

from tests.loops.small_models import make_small_lm
from tests.loops.tables import run_learn, run_sample, write_task, write_training
from trainer.loops.language_model import LanguageModel
from trainer.loops.policy import Ask, Prompt

PROMPTS = ["cat is", "dog red blue that is", "apple"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_small_lm(tmp_path_factory.mktemp("lm"))


@pytest.fixture(scope="module")
def policy(folder: Path) -> LanguageModel:
    return LanguageModel.load(folder)


def asks(count: int, temperature: float = 1.0, **more) -> list[Ask]:
    return [Ask(Prompt(prompt), temperature, i, 6, **more) for prompt in PROMPTS for i in range(count)]


def test_greedy_texts_are_those_of_generate(policy, folder):
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)

    for ask, drawn in zip(asks(1, 0), policy.draw(asks(1, 0)), strict=True):
        ids = torch.tensor([policy.text_ids(ask.prompt.text)])
        out = model.generate(ids, max_new_tokens=6, do_sample=False, pad_token_id=policy.pad)
        said = [i for i in out[0, ids.shape[1] :].tolist() if i not in (policy.end, policy.pad)]
        assert drawn.text == policy.tokenizer.decode(said)


def test_texts_come_as_often_as_the_model_says(policy):
    drawn = policy.draw([Ask(Prompt("cat is"), 1.0, i, 1) for i in range(4000)])

    with torch.no_grad():
        logits = policy.module(torch.tensor([policy.text_ids("cat is")])).logits[0, -1]
    expected = logits.softmax(-1)
    counts = Counter(text.text for text in drawn)
    for i in expected.topk(5).indices.tolist():
        word = "" if i == policy.end else policy.tokenizer.decode([i])
        deviation = float((expected[i] * (1 - expected[i]) / 4000) ** 0.5)
        assert counts[word] / 4000 == pytest.approx(float(expected[i]), abs=4 * deviation)


def test_a_text_does_not_depend_on_its_neighbours(policy):
    together = policy.draw(asks(20))
    alone = [policy.draw([ask])[0] for ask in asks(20)[::7]]

    assert [text.text for text in together[::7]] == [text.text for text in alone]
    assert [text.log_prob for text in together[::7]] == pytest.approx([text.log_prob for text in alone], abs=1e-4)


def test_log_probs_of_whole_texts_are_those_they_were_drawn_with(policy):
    many = [replace(ask, max_tokens=40) for ask in asks(40)]
    ended = [(ask, text) for ask, text in zip(many, policy.draw(many), strict=True) if text.tokens < 40]

    with torch.no_grad():
        found, mask = policy.token_log_probs([(ask.prompt, text.text) for ask, text in ended])

    assert len(ended) > 5
    assert mask.sum(-1).tolist() == [text.tokens for _, text in ended]
    assert found.sum(-1).tolist() == pytest.approx([text.log_prob for _, text in ended], abs=1e-3)


def test_starts_are_chosen_by_the_policys_own_chances(policy):
    drawn = policy.draw([Ask(Prompt("cat is"), 1.0, i, 2, starts=("red", "blue")) for i in range(2000)])

    with torch.no_grad():
        logits = policy.module(torch.tensor([policy.text_ids("cat is")])).logits[0, -1]
    red, blue = (float(logits[policy.text_ids(word)[0]].exp()) for word in ("red", "blue"))
    share = sum(text.text.startswith("red") for text in drawn) / 2000
    assert share == pytest.approx(red / (red + blue), abs=0.045)
    assert all(text.text.startswith(("red", "blue")) for text in drawn)


def test_a_stop_ends_the_text(policy):
    drawn = policy.draw([Ask(Prompt("cat"), 1.0, i, 6, stop="is") for i in range(300)])

    stopped = [text.text for text in drawn if "is" in text.text.split()]
    assert stopped
    assert all(text.split().index("is") == len(text.split()) - 1 for text in stopped)


@pytest.mark.parametrize("lora", [None, {"rank": 2, "alpha": 4, "dropout": 0}])
def test_it_learns_what_it_is_shown_and_saves_a_folder_of_the_same_kind(folder, tmp_path, lora):
    rows = [{"query_id": "q0", "prompt": "cat is", "target": "red animal"}] * 4
    learning = {"objective": "sft", "from": "current", "steps": 30, "batchSize": 4, "learningRate": 0.02, "lora": lora}
    spec = {
        "policy_kind": "causal-lm",
        "slot": "policy",
        "start": str(folder),
        "training": write_training(tmp_path / "training.parquet", rows),
        "learning": learning,
        "seed": 1,
        "output": str(tmp_path / "learned"),
    }

    done = run_learn(spec)

    assert done["summary"]["loss"] < done["summary"]["firstLoss"] / 2
    assert sorted(done["files"]) == sorted(path.name for path in folder.iterdir())
    learned = LanguageModel.load(tmp_path / "learned")
    names = {name for name, _ in learned.module.named_parameters()}
    assert not any("lora" in name for name in names)
    assert learned.draw([Ask(Prompt("cat is"), 0, 0, 6)])[0].text == "red animal"


def test_a_step_of_sampling_writes_what_was_drawn(folder, tmp_path):
    task = write_task(tmp_path / "task.parquet", [{"question": "cat", "answer": '["red", "blue"]'}] * 3)
    rows = run_sample(
        {
            "policy": {"kind": "causal-lm", "folder": str(folder)},
            "base": {"kind": "causal-lm", "folder": str(make_small_lm(tmp_path / "base", seed=1))},
            "task": task,
            "draw": {"split": "train", "count": 4, "greedy": True, "maxTokens": 5, "temperatures": [0.7]},
            "score": {"reward": {"kind": "log-probability", "normalised": True}},
            "seed": 1,
            "output": str(tmp_path / "samples.parquet"),
        }
    )

    assert len(rows) == 15
    assert {row["prompt"] for row in rows} == {"<question> cat <solve>"}
    assert all(row["base_log_prob"] != row["log_prob"] for row in rows)
    assert all(row["reward"] == pytest.approx(row["base_log_prob"] / row["tokens"]) for row in rows)


def test_texts_come_as_often_as_from_generate(policy, folder):
    count, prompt = 4000, "cat is"
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    ids_BT = torch.tensor([policy.text_ids(prompt)] * count)
    torch.manual_seed(0)
    out_BT = model.generate(ids_BT, do_sample=True, top_k=0, max_new_tokens=2, pad_token_id=policy.pad)
    said = [[i for i in row if i not in (policy.end, policy.pad)] for row in out_BT[:, ids_BT.shape[1] :].tolist()]
    theirs = Counter(policy.tokenizer.decode(ids) for ids in said)
    ours = Counter(text.text for text in policy.draw([Ask(Prompt(prompt), 1.0, i, 2) for i in range(count)]))

    # Chi-square of two samples over the texts seen often enough, all others together.
    pairs = [(ours[text], theirs[text]) for text in ours | theirs if ours[text] + theirs[text] >= 20]
    pairs.append((count - sum(a for a, _ in pairs), count - sum(b for _, b in pairs)))
    freedom = len(pairs) - 1
    assert freedom >= 10
    assert sum((a - b) ** 2 / (a + b) for a, b in pairs if a + b) < freedom + 4 * (2 * freedom) ** 0.5

"""Draws many texts at once: prompts padded on the left, one cache, rows that have ended leave.

Shapes: B rows, P prompts, S starts, T tokens, V vocabulary.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from trainer.loops.draws import derive_seed, uniforms
from trainer.loops.policy import Ask, Drawn

if TYPE_CHECKING:
    from trainer.loops.language_model import Encoded, LanguageModel

STARTS_AT_ONCE = 256
BELOW_ONE = 1 - 2**-24


class Decoder:
    def __init__(self, policy: "LanguageModel") -> None:
        self.policy = policy

    @torch.inference_mode()
    def draw(self, asks: Sequence[Ask], encoded: "Sequence[Encoded]") -> list[Drawn]:
        """Prompts that are asked several times are read once."""
        begun = self._begin(asks, encoded)
        read = [one._replace(ids=(*one.ids, *start)) for one, start in zip(encoded, begun, strict=True)]
        unique = list(dict.fromkeys(read))
        place = {prompt: i for i, prompt in enumerate(unique)}
        logits_PV, cache, attention_PT = self._read(unique)
        rows_B = torch.tensor([place[prompt] for prompt in read], device=logits_PV.device)
        cache.reorder_cache(rows_B)
        starts = self._start_log_probs(asks, encoded, begun)
        return self._go_on(asks, begun, starts, logits_PV[rows_B], cache, attention_PT[rows_B])

    def _read(self, prompts: "list[Encoded]") -> tuple[Tensor, Any, Tensor]:
        device = self.policy.device
        longest = max(len(prompt.ids) for prompt in prompts)
        ids_PT = torch.full((len(prompts), longest), self.policy.pad, dtype=torch.long)
        attention_PT = torch.zeros_like(ids_PT)
        for row, (ids, _) in enumerate(prompts):
            ids_PT[row, longest - len(ids) :] = torch.tensor(ids)
            attention_PT[row, longest - len(ids) :] = 1
        attention_PT = attention_PT.to(device)
        out = self.policy.module(
            input_ids=ids_PT.to(device),
            attention_mask=attention_PT,
            use_cache=True,
            **self._places((attention_PT.cumsum(-1) - 1).clamp(min=0)),
            **self.policy.seen(prompts),
        )
        return out.logits[:, -1].float(), out.past_key_values, attention_PT

    def _go_on(
        self,
        asks: Sequence[Ask],
        begun: list[list[int]],
        starts: list[float],
        logits_BV: Tensor,
        cache: Any,
        attention_BT: Tensor,
    ) -> list[Drawn]:
        policy, device = self.policy, logits_BV.device
        room = max(ask.max_tokens for ask in asks)
        luck_NT = np.stack([uniforms(ask.seed, room) for ask in asks])
        temperature_N = np.array([ask.temperature for ask in asks])
        said = [list(ids) for ids in begun]
        log_probs = np.array(starts)
        live = [i for i, ask in enumerate(asks) if len(said[i]) < ask.max_tokens]
        if len(live) < len(asks):
            logits_BV, attention_BT = self._keep(live, cache, logits_BV, attention_BT)
        for step in range(room):
            if not live:
                break
            luck_B = torch.tensor(luck_NT[live, step], device=device)
            temperature_B = torch.tensor(temperature_N[live], device=device)
            ids_B, log_probs_B = pick(logits_BV, luck_B, temperature_B)
            ids, found = ids_B.tolist(), log_probs_B.tolist()
            staying = []
            for row, i in enumerate(live):
                said[i].append(ids[row])
                log_probs[i] += found[row]
                if ids[row] != policy.end and len(said[i]) < asks[i].max_tokens and not self._stops(asks[i], said[i]):
                    staying.append(row)
            if not staying:
                break
            if len(staying) < len(live):
                live = [live[row] for row in staying]
                ids_B = ids_B[staying]
                _, attention_BT = self._keep(staying, cache, None, attention_BT)
            attention_BT = torch.cat([attention_BT, attention_BT.new_ones(len(live), 1)], 1)
            out = policy.module(
                input_ids=ids_B[:, None],
                attention_mask=attention_BT,
                past_key_values=cache,
                use_cache=True,
                **self._places(attention_BT.sum(-1, keepdim=True) - 1),
            )
            logits_BV = out.logits[:, -1].float()
        return [
            Drawn(self._text(ids), len(ids), float(log_prob)) for ids, log_prob in zip(said, log_probs, strict=True)
        ]

    def _places(self, position_ids: Tensor) -> dict[str, Tensor]:
        return {"position_ids": position_ids} if self.policy.takes_positions else {}

    def _keep(self, rows: list[int], cache: Any, logits_BV: Tensor | None, attention_BT: Tensor) -> tuple[Any, Tensor]:
        index = torch.tensor(rows, device=attention_BT.device)
        cache.batch_select_indices(index)
        return None if logits_BV is None else logits_BV[index], attention_BT[index]

    def _stops(self, ask: Ask, ids: list[int]) -> bool:
        return ask.stop is not None and self._text(ids[-8:]).rstrip().endswith(ask.stop)

    def _text(self, ids: list[int]) -> str:
        policy = self.policy
        kept = [i for i in ids if i not in (policy.end, policy.pad)]
        return policy.tokenizer.decode(kept, skip_special_tokens=False).strip()

    def _begin(self, asks: Sequence[Ask], encoded: "Sequence[Encoded]") -> list[list[int]]:
        """The ids of the start that is drawn among those allowed, by the policy's chances of saying each."""
        wanted: dict[tuple[Encoded, tuple[str, ...]], None] = {}
        for ask, prompt in zip(asks, encoded, strict=True):
            if ask.starts and len(ask.starts) > 1:
                wanted[prompt, ask.starts] = None
        pairs = [(prompt, self.policy.text_ids(start)) for prompt, starts in wanted for start in starts]
        scores: list[float] = []
        for begin in range(0, len(pairs), STARTS_AT_ONCE):
            prompts, texts = map(list, zip(*pairs[begin : begin + STARTS_AT_ONCE], strict=True))
            scores += self.policy.id_log_probs(prompts, texts)[0].double().sum(-1).tolist()
        chances: dict[tuple[Encoded, tuple[str, ...]], np.ndarray] = {}
        for key in wanted:
            chances[key], scores = np.array(scores[: len(key[1])]), scores[len(key[1]) :]
        return [self._choose(ask, prompt, chances) for ask, prompt in zip(asks, encoded, strict=True)]

    def _choose(self, ask: Ask, prompt: "Encoded", chances: dict[Any, np.ndarray]) -> list[int]:
        if not ask.starts:
            return []
        scores_S = chances.get((prompt, ask.starts), np.zeros(1))
        chosen = int(scores_S.argmax())
        if ask.temperature > 0:
            heap_S = np.exp((scores_S - scores_S.max()) / ask.temperature).cumsum()
            chosen = int(np.searchsorted(heap_S, uniforms(derive_seed(ask.seed, "start"), 1)[0] * heap_S[-1], "right"))
        return self.policy.text_ids(ask.starts[min(chosen, len(ask.starts) - 1)])

    def _start_log_probs(
        self, asks: Sequence[Ask], encoded: "Sequence[Encoded]", begun: list[list[int]]
    ) -> list[float]:
        known = [0.0] * len(asks)
        rows = [i for i, ids in enumerate(begun) if ids]
        if rows:
            log_probs_BT, _ = self.policy.id_log_probs([encoded[i] for i in rows], [begun[i] for i in rows])
            for i, log_prob in zip(rows, log_probs_BT.double().sum(-1).tolist(), strict=True):
                known[i] = log_prob
        return known


def pick(logits_BV: Tensor, luck_B: Tensor, temperature_B: Tensor) -> tuple[Tensor, Tensor]:
    """The id that each row's number in [0, 1) falls on, and its log-probability at temperature 1."""
    log_probs_BV = logits_BV.log_softmax(-1)
    is_greedy_B = temperature_B == 0
    scaled_BV = log_probs_BV / temperature_B.masked_fill(is_greedy_B, 1)[:, None].to(log_probs_BV)
    heap_BV = scaled_BV.softmax(-1).cumsum(-1)
    # The heap's own end in place of 1, which rounding may leave it short of; never on the end itself.
    mark_B1 = (luck_B.to(heap_BV).clamp(max=BELOW_ONE) * heap_BV[:, -1])[:, None]
    drawn_B = torch.searchsorted(heap_BV, mark_B1, right=True)[:, 0].clamp(max=heap_BV.shape[1] - 1)
    ids_B = torch.where(is_greedy_B, log_probs_BV.argmax(-1), drawn_B)
    return ids_B, log_probs_BV.gather(1, ids_B[:, None])[:, 0].double()

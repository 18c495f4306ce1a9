"""A small byte-level BPE that holds Idefics3's special tokens and the record's."""

from collections.abc import Iterable

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from trainer.refiner.records import END, RECORD_TOKENS

PAD, START, USER, ASSISTANT = "<pad>", "<|im_start|>", "<user>", "<assistant>"
IMAGE, FAKE, GLOBAL = "<image>", "<fake_token_around_image>", "<global-img>"
SPECIAL_TOKENS = [PAD, START, END, IMAGE, FAKE, GLOBAL, USER, ASSISTANT, *RECORD_TOKENS]

CHAT_TEMPLATE = (
    "{% for message in messages %}{% if message['role'] == 'user' %}<user>{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<image>{% else %} {{ part['text'] }}{% endif %}{% endfor %}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


def train_tokenizer(texts: Iterable[str], vocab_size: int) -> PreTrainedTokenizerFast:
    """Learns merges from the records and prompts of the training vendors."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=SPECIAL_TOKENS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        bos_token=START,
        eos_token=END,
        padding_side="left",
        model_max_length=256,
        extra_special_tokens=[IMAGE, FAKE, GLOBAL, USER, ASSISTANT, *RECORD_TOKENS],
        chat_template=CHAT_TEMPLATE,
    )

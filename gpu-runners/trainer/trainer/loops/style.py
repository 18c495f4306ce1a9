"""How prompts are worded: a table by the bare question, small models of ours by marks, models that chat plainly."""

from typing import Literal

Style = Literal["question", "marks", "plain"]

"""Words into what the networks are told: each prompt is encoded once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

_KEPT = 4096
"""Most prompts remembered; a shot has a handful, one per wording of {expression}."""


@dataclass(slots=True, kw_only=True)
class Prompts:
    """A text encoder that remembers what it has encoded."""

    tokenizer: Any
    """A CLIPTokenizer."""
    encoder: Any
    """A CLIPTextModel."""
    _known: dict[tuple[object, str, int], torch.Tensor] = field(default_factory=dict)

    def windows(self, *texts: str) -> int:
        """How many of the encoder's windows the longest of ``texts`` fills: one holds 75 tokens of CLIP."""
        room = int(self.tokenizer.model_max_length) - 2
        return max(1, *(-(-len(self._tokens(text)) // room) for text in texts))

    def encode(self, text: str, windows: int, state: object) -> torch.Tensor:
        """``text`` as (1, windows * 77, width), in the encoder's own type.

        A longer prompt than one window is cut into several, each encoded alone with its own beginning and end, as
        AUTOMATIC1111 does (which cuts at a comma if one is near; here it is cut where the window ends). Nothing is left
        out. ``state`` tells encodings of one text from one another when LoRAs change the encoder.
        """
        key = (state, text, windows)
        if key not in self._known:
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[key] = self._encoded(text, windows)
        return self._known[key]

    def _encoded(self, text: str, windows: int) -> torch.Tensor:
        import torch

        begin, end, fill = self.tokenizer.bos_token_id, self.tokenizer.eos_token_id, self.tokenizer.pad_token_id
        length = self.tokenizer.model_max_length
        room = length - 2
        tokens = self._tokens(text)
        rows = []
        for window in range(windows):
            row = [begin, *tokens[window * room : (window + 1) * room], end]
            rows.append(row + [fill] * (length - len(row)))
        encoded: torch.Tensor = self.encoder(torch.tensor(rows, device=self.encoder.device))[0]
        return encoded.reshape(1, windows * length, -1)

    def _tokens(self, text: str) -> list[int]:
        tokens: list[int] = self.tokenizer(text, add_special_tokens=False, verbose=False).input_ids
        return tokens

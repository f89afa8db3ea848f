"""Encodes prompts with CLIP, each only once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

_CACHE_SIZE = 4096
"""Most prompts in the cache; a shot has a handful, one per wording of {expression}."""


@dataclass(slots=True, kw_only=True)
class PromptEncoder:
    """A text encoder with a cache."""

    tokenizer: Any
    """A CLIPTokenizer."""
    encoder: Any
    """A CLIPTextModel."""
    _cache: dict[tuple[object, str, int], torch.Tensor] = field(default_factory=dict)

    def count_chunks(self, *texts: str) -> int:
        """How many chunks of 75 CLIP tokens the longest of ``texts`` needs."""
        room = int(self.tokenizer.model_max_length) - 2
        return max(1, *(-(-len(self._tokenize(text)) // room) for text in texts))

    def encode(self, text: str, chunks: int, lora_state: object) -> torch.Tensor:
        """``text`` as (1, chunks * 77, width), in the encoder's own type.

        A prompt that is longer than one chunk is cut into several, each encoded by itself with its own begin and end
        token, as AUTOMATIC1111 does (which cuts at a nearby comma; here it is cut at the end of the chunk). Nothing is
        dropped. ``lora_state`` distinguishes encodings of the same text, because LoRAs change the encoder.
        """
        key = (lora_state, text, chunks)
        if key not in self._cache:
            if len(self._cache) >= _CACHE_SIZE:
                self._cache.clear()
            self._cache[key] = self._encode(text, chunks)
        return self._cache[key]

    def _encode(self, text: str, chunks: int) -> torch.Tensor:
        import torch

        begin, end, padding = self.tokenizer.bos_token_id, self.tokenizer.eos_token_id, self.tokenizer.pad_token_id
        length = self.tokenizer.model_max_length
        room = length - 2
        tokens = self._tokenize(text)
        rows = []
        for chunk in range(chunks):
            row = [begin, *tokens[chunk * room : (chunk + 1) * room], end]
            rows.append(row + [padding] * (length - len(row)))
        encoded: torch.Tensor = self.encoder(torch.tensor(rows, device=self.encoder.device))[0]
        return encoded.reshape(1, chunks * length, -1)

    def _tokenize(self, text: str) -> list[int]:
        tokens: list[int] = self.tokenizer(text, add_special_tokens=False, verbose=False).input_ids
        return tokens

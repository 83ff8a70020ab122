"""The base model of a tuning, loaded as the backend transformers would run it."""

from dataclasses import dataclass
from typing import Any

from dialogue.backends.base import ModelMisconfigured
from dialogue.backends.transformers.memory import require_memory
from dialogue.backends.transformers.tokens import ChatTokens, chat_template
from dialogue.backends.transformers.weights import choose_way, context_size, end_tokens, find_folder, load_weights
from dialogue.model_config import ModelSpec
from rolellm.tuning.recipe import InvalidRecipe, Recipe
from rolellm.tuning.requirements import check_backend


@dataclass(frozen=True, slots=True)
class Base:
    """A model on its device, with its tokenizer and the chat template of the recipe."""

    model: Any
    tokenizer: Any
    tokens: ChatTokens
    ends: frozenset[int]
    context: int
    device: str


def load_base(spec: ModelSpec, recipe: Recipe) -> Base:
    """Load the model. Raises ModelMisconfigured if it cannot run here, InvalidRecipe if the lengths exceed its context."""
    check_backend(spec)
    way = choose_way(spec, find_folder(spec))
    require_memory(spec, way)
    loaded = load_weights(spec, way)
    context, needed = context_size(spec, loaded), recipe.input_tokens + recipe.output_tokens
    if needed > context:
        raise InvalidRecipe(
            f"Input and output may have {needed} tokens together, but the context of {spec.name!r} has {context}. Lower"
            " input_tokens or output_tokens."
        )
    if not (ends := end_tokens(loaded)):
        raise ModelMisconfigured(f"Model {spec.name!r} has no token that ends an answer. Choose another model.")
    return Base(
        loaded.model, loaded.tokenizer, chat_tokens(spec, loaded.tokenizer, recipe), ends, context, way.describe()
    )


def chat_tokens(spec: ModelSpec, tokenizer: Any, recipe: Recipe) -> ChatTokens:
    """Return the tokenizer with the recipe's chat template, which may be that of models.toml."""
    wanted = spec if recipe.markup == "own" else spec.model_copy(update={"template": recipe.markup})
    return ChatTokens(tokenizer, chat_template(wanted, tokenizer))

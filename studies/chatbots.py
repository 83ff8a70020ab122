"""The chatbots of a study: its own, or one for each condition."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from studies.language_models.catalogue import Catalogue, provider_of
from studies.models import Condition, Study

AND = ", "
"""Between the names of providers. No name contains it."""


@dataclass(frozen=True, slots=True)
class ChosenChatbot:
    """A model with the character that it plays, if any, and the prompt set and sampling that replace its own."""

    model: str
    character: str = ""
    prompts: str = ""
    sampling: Mapping[str, float] = field(default_factory=dict)


def chatbot_of(study: Study, condition: Condition | None = None) -> ChosenChatbot:
    """Return the chatbot with which participants in this condition chat; without one, the study's own."""
    if condition is None:
        return ChosenChatbot(study.chatbot, study.chatbot_character)
    own = "" if condition.plays_no_character else condition.character or study.chatbot_character
    return ChosenChatbot(condition.chatbot or study.chatbot, own, condition.prompts, condition.sampling)


def chatbots_of(study: Study) -> list[ChosenChatbot]:
    """Return the different chatbots that participants may meet, in the order of the conditions."""
    found: list[ChosenChatbot] = []
    for one in [chatbot_of(study, condition) for condition in study.conditions.all()] or [chatbot_of(study)]:
        if one not in found:
            found.append(one)
    return found


@dataclass(frozen=True, slots=True)
class ChatbotLine:
    """A chatbot for a page: of one condition, or of the study, which has no name here."""

    condition: str
    chatbot: ChosenChatbot
    label: str


def list_chatbots(study: Study, catalogue: Catalogue) -> list[ChatbotLine]:
    """Return the chatbot of each condition, or the study's own if it has none."""
    met = [(one.name, chatbot_of(study, one)) for one in study.conditions.all()] or [("", chatbot_of(study))]
    return [ChatbotLine(name, chatbot, catalogue.label(chatbot.model)) for name, chatbot in met]


def common_label(study: Study, catalogue: Catalogue) -> str:
    """Return the label of the study's chatbots; empty if they have different ones, which would tell people their condition."""
    labels = {catalogue.label(one.model) for one in chatbots_of(study)}
    return labels.pop() if len(labels) == 1 else ""


def providers_of(study: Study) -> str:
    """Return the names of the providers that may receive participants' messages, in alphabetical order; empty for none."""
    return AND.join(sorted({provider for one in chatbots_of(study) if (provider := provider_of(one.model))}))


def is_agreed(model: str, providers: str) -> bool:
    """Return whether a person who agreed to these providers may chat with this model."""
    return provider_of(model) in ("", *providers.split(AND))

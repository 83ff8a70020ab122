"""The data in a recruitment platform's link about the person who follows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext, gettext_noop

from dialogue.names import plain_name
from enrolment.placeholders import is_placeholder

KEPT = ("STUDY_ID", "SESSION_ID")
"""Parameters of the platform's link in addition to the external ID."""
LONGEST = 200
ADVICE = gettext_noop(
    "Please open it again from the message or page that contained it. If that does not help, contact the researchers "
    "who invited you."
)
"""Advice for a person with a broken link."""


class BrokenLink(ValueError):
    """The platform did not fill in the link as intended; the message is a sentence for the person who follows it."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """The external ID in a link, or an empty one, and the other parameters that are stored."""

    external_id: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)


NOBODY = Invitation()
"""The invitation of a link without an ID."""


def read_invitation(parameter: str, query: Mapping[str, str]) -> Invitation:
    """Read a link's query, in which ``parameter`` identifies people. Ignore unknown parameters and others that were not filled
    in. Raises BrokenLink if the ID was not filled in, because all who follow the link would count as one person."""
    values = {key: _checked(key, query[key]) for key in (parameter, *KEPT) if key in query}
    unfilled = {key for key, value in values.items() if value and is_placeholder(value, key)}
    if parameter in unfilled:
        sentence = gettext("“{parameter}” in this link was not filled in, so the link does not identify you.")
        raise BrokenLink(sentence.format(parameter=parameter))
    external_id = values.pop(parameter, "")
    return Invitation(external_id, {key: value for key, value in values.items() if value and key not in unfilled})


def as_query(parameter: str, invitation: Invitation) -> dict[str, str]:
    """Return the query of a link with the same invitation."""
    named = {parameter: invitation.external_id} if invitation.external_id else {}
    return named | dict(invitation.parameters)


def _checked(name: str, value: str) -> str:
    """Return the plain value, without what a mail program may have added to the link. Raises BrokenLink."""
    is_typed = not any(one < " " for one in value.strip())
    value = plain_name(value)
    if len(value) > LONGEST:
        sentence = gettext("“{parameter}” in this link has more than {longest} characters.")
        raise BrokenLink(sentence.format(parameter=name, longest=LONGEST))
    if not is_typed:
        raise BrokenLink(gettext("“{parameter}” in this link was not filled in.").format(parameter=name))
    return value

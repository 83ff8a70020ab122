"""What people may download: everything that the site keeps of what they gave."""

from typing import Any

from enrolment.protocol import Enrolment, P


def common_data(enrolment: Enrolment[P], person: P) -> dict[str, Any]:
    """Return the person's consent and what their link carried, as every kind of study has it, ready for JSON."""
    return {
        "study": enrolment.study.title,
        "state": person.get_state_display(),
        "consent": {
            "agreed_at": person.consented_at,
            "version": person.consent_version,
            "text": enrolment.terms.text,
        },
        "external_id": person.external_id,
        "link_parameters": person.parameters,
        "last_seen_at": person.last_seen_at,
        "ended_at": person.ended_at,
    }

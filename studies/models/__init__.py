"""Studies, personas and dialogues."""

from jobs.models import new_token
from studies.models.annotations import Annotation, Exclusion, Note, Tag, excluded_in, is_excluded
from studies.models.audit_lines import AuditLine
from studies.models.character_sheets import CharacterSheet, write_pairs
from studies.models.conditions import Condition
from studies.models.descents import Descent, record_descent
from studies.models.dialogues import ENDINGS, Dialogue, Output, Turn
from studies.models.examinations import Examination
from studies.models.generations import Generation, Typing
from studies.models.guard_checks import GuardCheck, GuardRun, found_unsafe, is_unsafe
from studies.models.personas import Persona
from studies.models.prompt_sets import PromptVersion
from studies.models.search_texts import SearchText
from studies.models.studies import Archived, Goal, Study, hold_in_use, refuse_archived
from studies.models.survey_answers import SurveyAnswer

__all__ = [
    "ENDINGS",
    "Annotation",
    "Archived",
    "AuditLine",
    "CharacterSheet",
    "Condition",
    "Descent",
    "Dialogue",
    "Examination",
    "Exclusion",
    "Generation",
    "Goal",
    "GuardCheck",
    "GuardRun",
    "Note",
    "Output",
    "Persona",
    "PromptVersion",
    "SearchText",
    "Study",
    "SurveyAnswer",
    "Tag",
    "Turn",
    "Typing",
    "excluded_in",
    "found_unsafe",
    "hold_in_use",
    "is_excluded",
    "is_unsafe",
    "new_token",
    "record_descent",
    "refuse_archived",
    "write_pairs",
]

"""Benchmarks in RoleBench's format, and the answers of models to them."""

from typing import ClassVar

from django.db import models

from characters.models.asking import AskingItem, AskingJob
from characters.models.characters import Character
from jobs.models import new_token
from rolellm.elicitation import Elicitation
from rolellm.general_instructions import WhyLeftOut
from rolellm.languages import Language
from rolellm.rolebench.layout import Part, Split, Use
from studies.models.fields import choices_of


class Benchmark(models.Model):
    """Questions to characters with references: RoleBench, whole or in part, an export of one's own, or bare instructions."""

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    name = models.CharField(max_length=100, unique=True)
    language = models.CharField(max_length=2, choices=choices_of(Language), default="en")
    files = models.JSONField(
        default=list, blank=True, help_text="Loaded files with their numbers of rows, and the missing ones."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class BenchmarkRow(models.Model):
    """A question to a role. Strings are kept exactly as in the file, because files are joined by them.

    ``references`` are one or more answers, [] for a bare instruction; ``raw_answers`` are the dataset's own answers without a
    role, where known.
    """

    benchmark = models.ForeignKey(Benchmark, on_delete=models.CASCADE, related_name="rows", db_index=False)
    position = models.PositiveIntegerField(help_text="Counted from 0 through all files.")
    split = models.CharField(max_length=15, choices=choices_of(Split))
    part = models.CharField(max_length=15, choices=choices_of(Part))
    use = models.CharField(max_length=5, choices=choices_of(Use))
    role = models.CharField(max_length=100)
    question = models.TextField()
    references = models.JSONField(default=list, blank=True)
    types = models.JSONField(default=list, blank=True)
    raw_answers = models.JSONField(default=list, blank=True)
    is_leaked = models.BooleanField(default=False, help_text="A test question that also occurs in the training rows.")

    class Meta:
        ordering: ClassVar = ["benchmark", "position"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["benchmark", "position"], name="row_of_benchmark")]
        indexes: ClassVar = [
            models.Index(fields=["benchmark", "split", "part", "use", "role"], name="part_of_benchmark")
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.question.strip()[:60]}"


class LeftOutInstruction(models.Model):
    """A general instruction that was not chosen for the benchmark. ``explanation`` says why in a sentence.

    ``answers`` are the dataset's own. ``position`` is that in the file, counted from 0.
    """

    benchmark = models.ForeignKey(Benchmark, on_delete=models.CASCADE, related_name="left_out", db_index=False)
    position = models.PositiveIntegerField()
    question = models.TextField()
    answers = models.JSONField(default=list, blank=True)
    reason = models.CharField(max_length=10, choices=choices_of(WhyLeftOut))
    explanation = models.TextField()

    class Meta:
        ordering: ClassVar = ["benchmark", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["benchmark", "position"], name="left_out_instruction_of_file")
        ]

    def __str__(self) -> str:
        return self.question.strip()[:60]


class AnswerSet(AskingJob):
    """A model's answers to a benchmark in one elicitation; or published answers, without a ``model``.

    ``name`` tells it from others in tables. ``samples`` is the number of answers to each row.
    """

    benchmark = models.ForeignKey(Benchmark, on_delete=models.CASCADE, related_name="answer_sets")
    name = models.CharField(max_length=100)
    elicitation = models.CharField(max_length=10, choices=choices_of(Elicitation), blank=True)
    samples = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["benchmark", "name"], name="answer_set_name_in_benchmark")
        ]

    def __str__(self) -> str:
        return self.name


class Answer(AskingItem):
    """One answer to a row. ``text`` is what counts: the output without thoughts, and without the role's name at its beginning.

    ``demonstrations`` are the pairs that preceded the question, best first. ``fault`` is the rule of cleaning that it breaks,
    for training data. ``scores`` compare it with the row's references and raw answers, as far as there are any; a published
    answer is scored as it was published, with the name.
    """

    answer_set = models.ForeignKey(AnswerSet, on_delete=models.CASCADE, related_name="answers", db_index=False)
    row = models.ForeignKey(BenchmarkRow, on_delete=models.CASCADE, related_name="answers")
    character = models.ForeignKey(Character, on_delete=models.SET_NULL, null=True, blank=True, related_name="answers")
    sample = models.PositiveSmallIntegerField(default=0)
    text = models.TextField(blank=True)
    demonstrations = models.JSONField(default=list, blank=True)
    fault = models.CharField(max_length=30, blank=True)
    scores = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering: ClassVar = ["answer_set", "row", "sample"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["answer_set", "row", "sample"], name="answer_to_row_in_set")
        ]

    def __str__(self) -> str:
        return f"{self.answer_set}: {self.row}"

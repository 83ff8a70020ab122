"""Results in words, as a paper would report them."""

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.statistics.contrasts import ALPHA, Adjustment, Contrast, JointTest
from analysis.statistics.detection_table import DetectionRow
from analysis.statistics.mixed_models import MixedModel

OUTCOME_TITLES = {
    "detected": "Detection probability",
    "utterance_number": "Utterance number",
    "duration": "Duration",
}
OUTCOME_WORDS = {
    "detected": "the probability that a simulation is detected",
    "utterance_number": "the number of the utterance that gives a simulation away",
    "duration": "the duration of a judgement (seconds)",
}
KIND_WORDS = {
    "detected": "logistic mixed model (Laplace approximation)",
    "utterance_number": "linear mixed model (REML, Satterthwaite)",
    "duration": "linear mixed model (REML, Satterthwaite)",
}
UNITS = {"detected": "log-odds", "utterance_number": "utterances", "duration": "seconds"}
"""Units of estimates and standard deviations."""
PEOPLE_WORDS = {"participant": "evaluators", "generator_user": "the people who chatted"}
ADJUSTMENT_WORDS: dict[Adjustment, str] = {"none": "unadjusted", "holm": "Holm", "tukey": "Tukey"}
LARGEST_IS_BEST = {"detected": False, "utterance_number": True, "duration": True}
"""Whether a larger value is better: good simulations are detected less often, later and more slowly."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Findings about one outcome: first the conclusion, then details, then the ``pairs`` of models that differ, introduced by
    ``intro``."""

    title: str
    conclusion: str
    sentences: tuple[str, ...] = ()
    intro: str = ""
    pairs: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Return the whole finding as one paragraph."""
        pairs = f"{self.intro}: {'; '.join(self.pairs)}." if self.pairs else self.intro
        return " ".join(filter(None, [f"{self.title}.", self.conclusion, *self.sentences, pairs]))


def rates_finding(rows: Mapping[str, DetectionRow], overall: DetectionRow) -> Finding:
    """Describe how often simulations remained undetected; ``rows`` is keyed by model."""
    title = "Undetected simulations"
    if not overall.pairs:
        return Finding(title, "No judgement says whether the simulation was detected.")
    judged = [(model, row) for model, row in rows.items() if row.pairs]
    best_first = sorted(judged, key=lambda item: item[1].undetected / item[1].pairs, reverse=True)
    rates = [f"{model} {_percent(row.undetected, row.pairs)}" for model, row in best_first]
    return Finding(
        title,
        f"Simulations remained undetected in {_percent(overall.undetected, overall.pairs)} of {overall.pairs} judgements.",
        (f"By inquirer: {', '.join(rates)}.", "Guessing gives 50%; “not sure” counts as undetected."),
    )


def model_finding(outcome: str, model: MixedModel, adjustment: Adjustment = "none") -> Finding:
    """Describe whether the models differ, what was fitted, caveats, and which pairs of models differ."""
    title = OUTCOME_TITLES[outcome]
    if model.status == "not_applicable":
        return Finding(title, f"{OUTCOME_WORDS[outcome].capitalize()} could not be modelled: {model.message}")
    fitted = (
        f"A {KIND_WORDS[outcome]} of {OUTCOME_WORDS[outcome]} was fitted to {model.rows} judgements, with random intercepts "
        "for evaluators and for the people who chatted."
    )
    ratio = model.likelihood_ratio if model.test else None
    sentences = [
        fitted,
        remark(model),
        f"Likelihood ratio: {test_words(ratio)}." if ratio else "",
        _spread(outcome, model),
        _lettered(outcome, model, adjustment),
    ]
    intro, pairs = _differences(outcome, model, adjustment)
    return Finding(title, _conclusion(model), tuple(filter(None, sentences)), intro, pairs)


def remark(model: MixedModel) -> str:
    """Return the caveats of the fit; empty if there are none."""
    flat = [f"between {PEOPLE_WORDS.get(group, group)}" for group, sd in model.sd.items() if sd == 0]
    if model.status != "singular" or not flat:
        return model.message
    subject = f"The variance {flat[0]} is" if len(flat) == 1 else f"The variances {' and '.join(flat)} are"
    return f"{subject} estimated as 0: the tests remain valid."


def with_minus(number: str) -> str:
    """Replace the hyphen with a minus sign."""
    return number.replace("-", "−")


def p_words(p: float | None) -> str:
    """Return a p value with three digits and no leading zero, as is customary."""
    if p is None:
        return "p not available"
    return "p < .001" if p < 0.001 else f"p = {p:.3f}".replace("0.", ".", 1)


def test_words(test: JointTest) -> str:
    """Return the test with its degrees of freedom."""
    if test.df_den is None:
        return f"χ²({test.df_num:g}) = {test.statistic:.2f}, {p_words(test.p)}"
    return f"F({test.df_num:g}, {test.df_den:.1f}) = {test.statistic:.2f}, {p_words(test.p)}"


def contrast_words(contrast: Contrast, adjustment: Adjustment) -> str:
    """Return estimate, standard error, test and p value of one contrast."""
    found = contrast.found
    if found is None or found.statistic is None:
        return f"{contrast.a} and {contrast.b} cannot be compared"
    kind = "z" if found.df is None else f"t({found.df:.1f})"
    numbers = with_minus(f"{found.estimate:.2f} (SE {found.se:.2f}), {kind} = {found.statistic:.2f}")
    return f"{contrast.a} − {contrast.b}: {numbers}, {p_words(contrast.p_value(adjustment))}"


def paper_letters(outcome: str, model: MixedModel, adjustment: Adjustment) -> dict[str, str]:
    """Return the letters as in the paper: A is best. Empty if nothing was tested."""
    letters = model.letters(adjustment, largest_first=LARGEST_IS_BEST[outcome])
    return {level: letter.upper() for level, letter in letters.items()}


def _conclusion(model: MixedModel) -> str:
    test = _overall_test(model)
    if test is None:
        return "Differences between the inquirer models could not be tested."
    kind = "" if model.test else "By the likelihood-ratio test, "
    conclusion = (
        "the inquirer models differ" if test.p < ALPHA else "no difference between the inquirer models was found"
    )
    sentence = f"{kind}{conclusion}, {test_words(test)}."
    return sentence[0].upper() + sentence[1:]


def _spread(outcome: str, model: MixedModel) -> str:
    if not model.sd:
        return ""
    parts = [f"{sd:.2f} between {PEOPLE_WORDS.get(group, group)}" for group, sd in model.sd.items()]
    rest = [f"{model.residual_sd:.2f} residual"] if model.residual_sd is not None else []
    return f"Standard deviations ({UNITS[outcome]}): {', '.join([*parts, *rest])}."


def _lettered(outcome: str, model: MixedModel, adjustment: Adjustment) -> str:
    letters = paper_letters(outcome, model, adjustment)
    listed = ", ".join(f"{level} {letter}" for level, letter in sorted(letters.items(), key=lambda item: item[1]))
    return (
        f"Letters ({ADJUSTMENT_WORDS[adjustment]}; A is best; models that share one do not differ significantly): {listed}."
        if listed
        else ""
    )


def _differences(outcome: str, model: MixedModel, adjustment: Adjustment) -> tuple[str, tuple[str, ...]]:
    if not model.contrasts:
        return "", ()
    pairs = tuple(
        contrast_words(contrast, adjustment)
        for contrast in model.contrasts
        if (p := contrast.p_value(adjustment)) is not None and p < ALPHA
    )
    how = ADJUSTMENT_WORDS[adjustment]
    if not pairs:
        return f"No two models differ ({how}).", pairs
    test = _overall_test(model)
    but = ", although the test of all models is not significant" if test and test.p >= ALPHA else ""
    return f"Models that differ ({how}, in {UNITS[outcome]}){but}", pairs


def _overall_test(model: MixedModel) -> JointTest | None:
    """Return the test of all models at once; there is no Wald test if one of them is always or never detected."""
    return model.test or model.likelihood_ratio


def _percent(count: int, total: int) -> str:
    return f"{100 * count / total:.1f}%"

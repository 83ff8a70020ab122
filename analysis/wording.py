"""Results in words, as a paper would report them."""

from analysis.contrasts import ALPHA, Adjustment, Contrast
from analysis.findings import JointTest, MixedModel

OUTCOME_WORDS = {
    "detected": "the probability that the simulation is detected",
    "utterance_number": "the number of the utterance that gives it away",
    "duration": "the time that a judgement takes (seconds)",
}
KIND_WORDS = {
    "detected": "logistic mixed model (Laplace approximation)",
    "utterance_number": "linear mixed model (REML, Satterthwaite)",
    "duration": "linear mixed model (REML, Satterthwaite)",
}
ADJUSTMENT_WORDS: dict[Adjustment, str] = {"none": "unadjusted", "holm": "Holm", "tukey": "Tukey"}


def p_words(p: float | None) -> str:
    """Three digits without a leading zero, as is usual."""
    if p is None:
        return "p not available"
    return "p < .001" if p < 0.001 else f"p = {p:.3f}".replace("0.", ".", 1)


def test_words(test: JointTest) -> str:
    """The test with its degrees of freedom."""
    if test.df_den is None:
        return f"χ²({test.df_num:g}) = {test.statistic:.2f}, {p_words(test.p)}"
    return f"F({test.df_num:g}, {test.df_den:.1f}) = {test.statistic:.2f}, {p_words(test.p)}"


def contrast_words(contrast: Contrast, adjustment: Adjustment) -> str:
    """Estimate, standard error, test and p value of one contrast."""
    found = contrast.found
    if found is None or found.statistic is None:
        return f"{contrast.a} and {contrast.b} cannot be compared"
    statistic = f"z = {found.statistic:.2f}" if found.df is None else f"t({found.df:.1f}) = {found.statistic:.2f}"
    return (
        f"{contrast.a} − {contrast.b}: {found.estimate:.2f} (SE {found.se:.2f}), {statistic}, "
        f"{p_words(contrast.p_value(adjustment))}"
    )


def report(outcome: str, model: MixedModel, adjustment: Adjustment = "none") -> list[str]:
    """The model's results in sentences: what was fitted, whether the models differ, which of them, and what to mind."""
    opening = f"A {KIND_WORDS[outcome]} of {OUTCOME_WORDS[outcome]} over {model.rows} judgements"
    if model.status == "not_applicable":
        return [f"No model of {OUTCOME_WORDS[outcome]}: {model.message}"]
    sentences = [f"{opening}, with random intercepts for evaluators and for those who chatted."]
    if model.message:
        sentences.append(model.message)
    return [*sentences, *_effect(model), *_spread(model), *_differences(model, adjustment)]


def _effect(model: MixedModel) -> list[str]:
    test = model.test or model.likelihood_ratio
    if test is None:
        return []
    kind = "" if model.test else "By the likelihood ratio, "
    verdict = "the inquirer models differ" if test.p < ALPHA else "no difference between the inquirer models was found"
    sentence = f"{kind}{verdict}, {test_words(test)}."
    ratio = model.likelihood_ratio if model.test else None
    further = [f"Likelihood ratio: {test_words(ratio)}."] if ratio else []
    return [sentence[0].upper() + sentence[1:], *further]


def _spread(model: MixedModel) -> list[str]:
    if not model.sd:
        return []
    names = {"participant": "evaluators", "generator_user": "those who chatted"}
    parts = [f"{sd:.2f} between {names.get(group, group)}" for group, sd in model.sd.items()]
    rest = [f"{model.residual_sd:.2f} left over"] if model.residual_sd is not None else []
    return [f"Standard deviations: {', '.join([*parts, *rest])}."]


def _differences(model: MixedModel, adjustment: Adjustment) -> list[str]:
    told = [
        contrast_words(contrast, adjustment)
        for contrast in model.contrasts
        if (p := contrast.p_value(adjustment)) is not None and p < ALPHA
    ]
    if not model.contrasts:
        return []
    how = ADJUSTMENT_WORDS[adjustment]
    if not told:
        return [f"No two models differ ({how})."]
    return [f"Models that differ ({how}): {'; '.join(told)}."]

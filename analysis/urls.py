"""URLs of the analyses of studies and runs, and of power estimates."""

from django.urls import include, path

from analysis.comparing import views as comparing
from analysis.humanness import views as humanness
from analysis.power import views as power
from analysis.study import views as study

urlpatterns = [
    path("", include("analysis.drift.judging.urls")),
    path("power/", power.power, name="power"),
    path("power/<slug:token>/", power.power_estimate, name="power-estimate"),
    path("power/<slug:token>/live/", power.power_estimate_live, name="power-estimate-live"),
    path("power/<slug:token>/power.csv", power.power_estimate_csv, name="power-estimate-csv"),
    path("runs/<slug:token>/humanness/", humanness.humanness, name="humanness"),
    path("runs/<slug:token>/humanness/live/", humanness.humanness_live, name="humanness-live"),
    path("runs/<slug:token>/humanness/<slug:report>.zip", humanness.humanness_archive, name="humanness-archive"),
    path("runs/<slug:token>/humanness/files/<slug:report>/<str:name>", humanness.humanness_file, name="humanness-file"),
    path("studies/<slug:slug>/compare/", comparing.compare, name="compare"),
    path("studies/<slug:slug>/compare/figures/", comparing.compare_figures, name="compare-figures"),
    path("studies/<slug:slug>/compare/figures.<str:kind>", comparing.compare_file, name="compare-file"),
    path("studies/<slug:slug>/side-by-side/", comparing.side_by_side, name="side-by-side"),
    path("studies/<slug:slug>/analysis/", study.analysis, name="analysis"),
    path("studies/<slug:slug>/analysis/live/", study.analysis_live, name="analysis-live"),
    path("studies/<slug:slug>/analysis/<slug:token>.zip", study.analysis_archive, name="analysis-archive"),
    path("studies/<slug:slug>/analysis/files/<slug:token>/<str:name>", study.analysis_file, name="analysis-file"),
]

"""URLs of judgings."""

from django.urls import path

from characters.judging.pages import views

urlpatterns = [
    path("benchmarks/<slug:token>/judgings/", views.judgings, name="benchmark-judgings"),
    path("benchmarks/<slug:token>/judgings/progress/", views.progress, name="benchmark-judgings-progress"),
    path("benchmarks/<slug:token>/judgings/tables/", views.benchmark_tables, name="rolebench-tables"),
    path("benchmarks/<slug:token>/judgings/<slug:split>.<slug:ending>", views.benchmark_table, name="rolebench-table"),
    path("judgings/<slug:token>/", views.judging, name="answer-judging"),
    path("judgings/<slug:token>/verdicts.csv", views.verdicts, name="answer-judging-verdicts"),
    path("judgings/<slug:token>/<slug:name>.<slug:ending>", views.judging_table, name="answer-judging-table"),
]

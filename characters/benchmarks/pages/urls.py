"""URLs of benchmarks."""

from django.urls import path

from characters.benchmarks.pages import views

urlpatterns = [
    path("benchmarks/", views.benchmarks, name="benchmarks"),
    path("load-benchmark/", views.load_benchmark, name="load-benchmark"),
    path("benchmarks/<slug:token>/", views.benchmark, name="benchmark"),
    path("benchmarks/<slug:token>/answers/", views.benchmark_answers, name="benchmark-answers"),
    path("benchmarks/<slug:token>/answers/<slug:answers>/", views.benchmark_answer_list, name="benchmark-answer-list"),
    path("benchmarks/<slug:token>/tables/<slug:name>.<slug:ending>", views.benchmark_table, name="benchmark-table"),
]

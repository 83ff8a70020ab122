"""URLs of benchmarks."""

from django.urls import path

from characters.benchmarks.pages import file_views, views

urlpatterns = [
    path("benchmarks/", views.benchmarks, name="benchmarks"),
    path("load-benchmark/", views.load_benchmark, name="load-benchmark"),
    path("benchmarks/<slug:token>/", views.benchmark, name="benchmark"),
    path("benchmarks/<slug:token>/answers/", views.benchmark_answers, name="benchmark-answers"),
    path("benchmarks/<slug:token>/answers/<slug:answers>/", views.benchmark_answer_list, name="benchmark-answer-list"),
    path("benchmarks/<slug:token>/left-out/", views.benchmark_left_out, name="benchmark-left-out"),
    path("benchmarks/<slug:token>/remove/", file_views.remove_benchmark_page, name="remove-benchmark"),
    path("benchmarks/<slug:token>/answers/<slug:answers>/export/", file_views.export_answers, name="export-answers"),
    path(
        "benchmarks/<slug:token>/answers/<slug:answers>/remove/", file_views.remove_answers_page, name="remove-answers"
    ),
    path("benchmarks/<slug:token>/tables/<slug:name>.<slug:ending>", views.benchmark_table, name="benchmark-table"),
]

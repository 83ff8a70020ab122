"""The statistics of judgements, computed on data frames in plain Python.

judgements.py reads a table, detection_table.py counts it, mixed_models.py fits the paper's models to it, contrasts.py compares
their levels, and analysis.py does all of it in order. binomial_model.py and linear_model.py hold the likelihoods, which share
the numerics of crossed_factors.py and optimum.py. The three power modules simulate studies that have not been run yet.
"""

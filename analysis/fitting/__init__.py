"""Fitting models with two crossed random intercepts: linear algebra, likelihoods, optima."""

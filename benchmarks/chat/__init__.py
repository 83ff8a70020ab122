"""Measure waiting times of many people who chat at once with one server process, and check that nothing is lost."""

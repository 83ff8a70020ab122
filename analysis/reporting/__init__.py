"""The output of an analysis for people and programs: sentences, tables, figures and files.

portfolio.py combines them. Each table and figure module turns values from ``analysis.statistics`` into one kind of output.
"""

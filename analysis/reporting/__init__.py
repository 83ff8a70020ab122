"""An analysis as people and programs read it: sentences, tables, figures and files.

portfolio.py puts them together. Each table and figure module turns values from ``analysis.statistics`` into one kind of output.
"""

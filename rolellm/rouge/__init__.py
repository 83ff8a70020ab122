"""ROUGE-L in the two definitions of RoleBench's results (section 4.1): as published, and as is usual today.

The paper names neither package nor statistic. Each figure is always shown with the name of its definition.
"""

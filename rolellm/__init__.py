"""The RoleLLM method (Wang et al., Findings of ACL 2024, arXiv 2310.00746v3) in plain Python.

Sections of docstrings are those of version 3 of the paper. The authors published no code. Where the paper states nothing,
a docstring says what was decided.
"""

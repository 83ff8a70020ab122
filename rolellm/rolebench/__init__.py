"""RoleBench: its files, which rows belong together, scores and leaks (section 4.1, appendix F)."""

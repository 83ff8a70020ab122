"""RoCIT: one LoRA over all roles, which the system instruction alone tells apart (section 2.4, appendix E).

torch, transformers, peft and gguf are imported only by the modules that compute with them.
"""

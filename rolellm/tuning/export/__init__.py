"""A folder of transformers as one GGUF file for llama.cpp: models of the Llama architecture."""

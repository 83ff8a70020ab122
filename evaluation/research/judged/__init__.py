"""The judged pairs of closed evaluations, and the utterances that evaluators named in them."""

"""What differs between evaluations of dialogues and of answers: what a pair reads like, and which questions are asked."""

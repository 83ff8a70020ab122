"""The fidelity of simulated dialogues: how far they are from those of people, compared with how far people are from each other.

catalogue.py lists the measures; observed.py takes them; distances.py and halves.py compare two groups of people; comparison.py
states distances with intervals; classifier.py asks whether a text classifier tells the two apart; fidelity.py does all of it
for a run and its parts.
"""

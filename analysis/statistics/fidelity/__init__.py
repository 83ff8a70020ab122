"""The fidelity of simulated dialogues: how far they are from those of people, compared with how far people are from each other.

catalogue.py lists the measures; observed.py takes them; distances.py and halves.py compare two groups of people; comparison.py
does so for whole runs and their parts; classifier.py asks whether a text classifier tells the two apart.
"""

"""The health of dialogues: shares of outputs, utterances and dialogues with known failures of simulated users.

catalogue.py lists the symptoms, each defined in one sentence; tally.py counts them, by goal, persona group and turn.
"""

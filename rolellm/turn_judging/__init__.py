"""Judging turns: a model scores how well one utterance keeps a role. The paper judges answers to single questions only."""

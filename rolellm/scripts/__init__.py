"""Scripts as sequences of turns (appendix C (2)): plays, screenplays, transcripts and published profile rows."""

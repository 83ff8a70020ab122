"""Guards: models that check dialogues for unsafe content (section 3.3, toxic content detection)."""

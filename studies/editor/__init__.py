"""The form with which researchers write a study."""

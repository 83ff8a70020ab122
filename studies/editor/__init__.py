"""The form with which researchers create and edit a study."""

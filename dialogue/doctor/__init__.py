"""The model doctor: it plays two turns with a model as both speakers and says which settings fit, and why."""

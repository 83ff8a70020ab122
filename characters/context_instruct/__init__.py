"""Context-Instruct for stored characters: requests, the calls of a model and their answers, selection, export and pages."""

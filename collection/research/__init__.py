"""What researchers do with a study: set it up, open it, watch it, take its data along."""

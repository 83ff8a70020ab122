"""Characters from files: profiles out of scripts, descriptions, and the folders that RoleBench publishes."""

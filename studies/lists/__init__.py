"""Goals and personas as lists in files: import with a preview, and export."""

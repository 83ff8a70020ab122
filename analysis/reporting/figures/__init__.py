"""What is judged, and what models find in it, as figures for papers and pages.

Vector graphics that can be read in grey, each with its numbers in a sentence for those who cannot see it. Where the data do not
allow a figure, there is a reason instead. Nothing here knows the database.
"""

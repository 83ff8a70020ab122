"""Between the web server and the pages: how many requests are in work, what a slow or greedy visitor may cost."""

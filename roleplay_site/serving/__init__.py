"""Between the web server and the pages: the queue of requests, and limits on what one visitor can cost."""

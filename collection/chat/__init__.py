"""The chat of participants with a chatbot, over a socket. The server owns the replies, not the pages that ask for them.

A page connects (consumers, connections) and sends frames (protocol). What it asks for is stored first (messages, generations).
Then this process answers (answerer), with the model and its queue (chatbots), and holds the reply in memory until it is stored
with its end (replies, endings). All pages of the dialogue receive updates (delivery). Whether its participant may write or go
on, and what a page shows at first, is the chat's state (chat_state). Work on the database has its own threads (database); the
page itself is rendered in views.
"""

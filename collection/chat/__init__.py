"""The chat of participants with a chatbot, over a socket. The server owns the replies, not the pages that ask for them.

A page connects (consumers, connections) and sends frames (protocol). Its request is stored first (messages, generations).
Then this process answers (answerer) with the model and its queue (chatbots), and holds the reply in memory until the reply and
its end are stored (replies, endings). All pages of the dialogue receive updates (delivery). The chat's state (chat_state) says
whether the participant may write or continue, and what a page shows first. Database work has separate threads (database); views
render the page.
"""

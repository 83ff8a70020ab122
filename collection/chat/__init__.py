"""The chat: what participants say over a socket, and what the chatbot answers, owned by the server."""

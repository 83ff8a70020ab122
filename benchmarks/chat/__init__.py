"""Many people chatting at once with one server process: what each of them waits for, and that nothing is lost."""

"""Characters in studies, where they are personas or chatbots: each study holds copies."""

"""What the chat hears of from participants' way, which does not know the chat."""

from django.apps import AppConfig


class CollectionConfig(AppConfig):
    name = "collection"

    def ready(self) -> None:
        from collection.chat.news import announce_moved
        from collection.signals import dialogue_over

        dialogue_over.connect(announce_moved, dispatch_uid="collection.chat.announce_moved")

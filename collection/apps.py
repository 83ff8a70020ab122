"""App configuration of the chat study: connect it to the signals of other apps."""

from django.apps import AppConfig


class CollectionConfig(AppConfig):
    name = "collection"

    def ready(self) -> None:
        from collection import settings_of_studies
        from collection.chat.delivery import announce_moved
        from studies.signals import dialogue_over, study_changed, study_copied

        dialogue_over.connect(announce_moved, dispatch_uid="collection.chat.announce_moved")
        study_copied.connect(settings_of_studies.copy_recruitment, dispatch_uid="collection.copy_recruitment")
        study_changed.connect(settings_of_studies.adapt_recruitment, dispatch_uid="collection.adapt_recruitment")

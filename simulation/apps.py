"""What the app hears of from others."""

from django.apps import AppConfig


class SimulationConfig(AppConfig):
    name = "simulation"

    def ready(self) -> None:
        from collection.signals import persona_leaving
        from simulation.withdrawals import forget_persona

        persona_leaving.connect(forget_persona, dispatch_uid="simulation.forget_persona")

"""App configuration of simulation, which connects its signal handlers."""

from django.apps import AppConfig


class SimulationConfig(AppConfig):
    name = "simulation"

    def ready(self) -> None:
        from simulation.withdrawals import forget_persona
        from studies.signals import persona_leaving

        persona_leaving.connect(forget_persona, dispatch_uid="simulation.forget_persona")

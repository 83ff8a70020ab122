"""A process that uses one GPU and hides the others."""

import pytest

from dialogue.backends.base import ModelMisconfigured
from dialogue.backends.visible_gpu import use_only


def test_the_others_are_hidden_and_the_numbers_are_those_of_nvidia_smi() -> None:
    environment = {"PATH": "/bin"}
    use_only(2, environment, lambda: 1)
    assert environment == {"PATH": "/bin", "CUDA_DEVICE_ORDER": "PCI_BUS_ID", "CUDA_VISIBLE_DEVICES": "2"}


def test_a_cluster_that_has_chosen_gpus_is_obeyed() -> None:
    environment = {"CUDA_VISIBLE_DEVICES": "4, GPU-8f3a"}
    use_only(1, environment, lambda: 1)
    assert environment["CUDA_VISIBLE_DEVICES"] == "GPU-8f3a"
    for number in (2, -1):
        with pytest.raises(
            ModelMisconfigured, match=rf"no GPU {number}: CUDA_VISIBLE_DEVICES allows 2, counted from 0"
        ):
            use_only(number, {"CUDA_VISIBLE_DEVICES": "4, GPU-8f3a"}, lambda: 1)


def test_a_number_without_a_gpu_is_refused_instead_of_computing_on_the_processor() -> None:
    with pytest.raises(ModelMisconfigured, match=r"PyTorch finds no GPU 7 here\. Look up the number with nvidia-smi"):
        use_only(7, {}, lambda: 0)


@pytest.mark.parametrize("hidden", ["", " ", ","])
def test_a_process_from_which_every_gpu_is_hidden_is_refused(hidden: str) -> None:
    with pytest.raises(
        ModelMisconfigured, match=r"no GPU 0: CUDA_VISIBLE_DEVICES is empty, which hides every GPU\. Remove"
    ):
        use_only(0, {"CUDA_VISIBLE_DEVICES": hidden}, lambda: 1)


def test_without_pytorch_nothing_is_refused() -> None:
    environment: dict[str, str] = {}
    use_only(7, environment, lambda: None)
    assert environment["CUDA_VISIBLE_DEVICES"] == "7"

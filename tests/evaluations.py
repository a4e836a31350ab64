"""Runs and evaluations of small data sets, for tests."""

from processing.evaluation.evaluate import evaluate
from processing.runs.memory import fitting_models, fitting_rankings
from processing.runs.run import Run
from processing.tools.stages import Stages

MEMORY_BYTES = 8_000_000_000


def run_of(directory, dataset, profile, protocol="last", seed=0):
    """A run in a folder, with a key that does not depend on the code."""
    models, left_out = fitting_models(profile, dataset.ratings, MEMORY_BYTES)
    rankings, also_left_out = fitting_rankings(profile, dataset.ratings, MEMORY_BYTES)
    return Run(
        stages=Stages(directory, "k"),
        dataset=dataset,
        profile=profile,
        models=models,
        rankings=rankings,
        left_out=(*left_out, *also_left_out),
        protocol=protocol,
        seed=seed,
    )


def report_of(directory, dataset, profile, protocol="last", seed=0):
    """The report of an evaluation whose stages are kept in a folder."""
    return evaluate(run_of(directory, dataset, profile, protocol, seed)).report

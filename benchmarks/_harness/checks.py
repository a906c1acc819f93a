"""The refusal of a wrong answer."""

from . import measures, registry
from .measures import WrongAnswer


def check(task, tool, answer, paths, **hyperparameters):
    """The deviation of an answer; WrongAnswer when it is more than the tool's tolerance.

    The hyperparameters are those that are not the task module's: `n_components`, `r2`, `window`.
    """
    tool = registry.TOOLS[tool]
    error = getattr(measures, task)(answer, paths, tool, **hyperparameters)
    if not error <= tool.tolerance[task]:  # so that nan fails
        raise WrongAnswer(
            "{} by {} on {}: deviation {:.3g} from the reference, tolerance {:.3g}".format(
                task, tool.tool, paths.folder.name, error, tool.tolerance[task]
            )
        )
    return error

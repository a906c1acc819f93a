"""Run a task module's body with another value of one of its arguments to the tool."""

from contextlib import contextmanager


@contextmanager
def replaced(module, name, keyword, value):
    """Replace a keyword argument in the body's calls of a function of the tool.

    Raises TypeError when the body does not call the function, or without this keyword: it has then
    changed, and the measurement would not be the parameter's.
    """
    function, calls = getattr(module, name), []

    def with_value(*args, **kwargs):
        if keyword not in kwargs:
            raise TypeError("the body gives {} no {}".format(name, keyword))
        calls.append(keyword)
        return function(*args, **dict(kwargs, **{keyword: value}))

    setattr(module, name, with_value)
    try:
        yield
    finally:
        setattr(module, name, function)
    if not calls:
        raise TypeError("the body does not call {}".format(name))


def option(words, name, number, value):
    """A command with the option's argument `number` (from 1) replaced."""
    at = words.index(name) + number
    return [*words[:at], str(value), *words[at + 1 :]]

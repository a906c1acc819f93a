"""Give a task module's body another value for one thing that it passes to its tool."""

from contextlib import contextmanager


@contextmanager
def replaced(module, name, keyword, value):
    """Calls of a function of the tool get this value instead of the one that the body gives.

    TypeError when the body gives none, or calls the function not at all: then it has changed, and
    what would be measured is not what the parameter says.
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


def option(words, name, place, value):
    """A command's words with the one `place` after the option's name replaced."""
    at = words.index(name) + place
    return [*words[:at], str(value), *words[at + 1 :]]

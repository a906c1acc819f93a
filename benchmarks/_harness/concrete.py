"""Refuse a lazy value where a benchmark must have computed something."""


class LazyResult(TypeError):
    """A timed call returned something that is not computed yet, so its time means nothing."""


def concrete(value):
    """The value, if it is computed; LazyResult for None and for lazy Dask or Hail objects."""
    if value is None:
        raise LazyResult("a timed call must return its result, it returned None")
    graph = getattr(value, "__dask_graph__", None)
    # of xarray objects the method returns None once they are in memory
    if callable(graph) and not isinstance(value, type) and graph() is not None:
        raise LazyResult("{} is a lazy Dask collection".format(_name(value)))
    # Hail's lazy objects have an intermediate representation; computed ones (Struct, Locus) none
    from_hail = any(cls.__module__.partition(".")[0] == "hail" for cls in type(value).__mro__)
    if from_hail and any(hasattr(value, plan) for plan in ("_ir", "_tir", "_mir", "_bmir")):
        raise LazyResult("{} is a lazy Hail object".format(_name(value)))
    for item in _items(value):
        concrete(item)
    return value


def _items(value):
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, (list, tuple)) else ()


def _name(value):
    return "{}.{}".format(type(value).__module__, type(value).__qualname__)

import pytest

from datasets import catalogue
from tools.common.errors import ConfigError, UsageError


def test_the_sets_that_the_benchmarks_name():
    names = set(catalogue.load())
    assert {"smoke", "sim-2504-10k", "sim-2504-100k", "sim-2504-1.1m"} <= names
    assert {"1kg-sites", "1kg-chr21", "sim-1k", "sim-5k", "sim-10k", "sim-50k"} <= names
    for name in names:
        spec = catalogue.find(name)
        if name.startswith("sim-2504"):
            assert spec.samples == (661, 1339, 504)
    sizes = {"sim-1k": 1_000, "sim-5k": 5_000, "sim-10k": 10_000, "sim-50k": 50_000}
    assert {name: catalogue.find(name).n_samples for name in sizes} == sizes
    assert catalogue.find("sim-100k").n_samples == 100_000


def test_missing_version():
    spec = catalogue.find("sim-1k-missing")
    assert spec.missing_rate == 0.005
    assert spec.seed == catalogue.find("sim-1k").seed


def test_unknown_name_lists_the_others():
    with pytest.raises(UsageError, match=r"(?s)no data set 'nope'.*smoke, sim-2504-2k"):
        catalogue.find("nope")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[a]\nsource = 'magic'",
            r"a: expected 'source' to be one of 'simulation', 'package', 'vcf'",
        ),
        ("[a]\nseed = 1", r"a: expected a key 'source'"),
        ("[a]\nsource = 'simulation'\nseed = 1", r"(?s)a\.chunks is missing.*a\.partitions is m"),
        ("[a\nseed = 1", "line 1"),
    ],
)
def test_mistakes_are_named_with_their_place(tmp_path, text, message):
    path = tmp_path / "catalogue.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        catalogue.load(path)


def test_unknown_key_and_negative_number(tmp_path):
    good = catalogue.FILE.read_text().split("[sim-2504-10k]")[0]
    path = tmp_path / "catalogue.toml"
    path.write_text(good + "colour = 1\n")
    with pytest.raises(ConfigError, match="unknown key 'colour'"):
        catalogue.load(path)
    path.write_text(good.replace("seed = 1", "seed = -1"))
    with pytest.raises(ConfigError, match=r"smoke\.seed = -1: expected a number above 0"):
        catalogue.load(path)
    path.write_text(good.replace("[500, 100]", "[500]"))
    with pytest.raises(ConfigError, match=r"smoke\.chunks\[1\] is missing"):
        catalogue.load(path)
    path.write_text(good + 'name = "other"\n')
    with pytest.raises(ConfigError, match="unknown key 'name'"):
        catalogue.load(path)

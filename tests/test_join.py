"""An extraction in parts: joined, they are the folder of one machine, and what is amiss is named."""

import json
import os
import shutil
from pathlib import Path

import pytest

import nlp_lstm
from nlp_lstm.corpus_states import joining, planning
from nlp_lstm.corpus_states.joining import join
from nlp_lstm.errors import DataError, MissingInputError, UsageError

TEXT = "the sky is blue\n\nthe baby elephant is crying because the unheard sky is cold\nthe\n" * 60
ONE = ("extract", "next-word-001", "--data", "text:long.txt", "--quiet")


@pytest.fixture
def corpus(two_runs, monkeypatch) -> None:
    """A text of some 900 words, read in shards of 100 or little more."""
    monkeypatch.setattr(planning, "SHARD_WORDS", 100)
    monkeypatch.setattr(planning, "FEWEST_SHARD_WORDS", 100)
    Path("long.txt").write_text(TEXT, encoding="utf-8")


def files(folder: str) -> dict[str, bytes]:
    """Every file below a folder."""
    return {path.name: path.read_bytes() for path in sorted(Path(folder).rglob("*")) if path.is_file()}


def extract_parts(count: int, output: str = "parts") -> None:
    for number in range(1, count + 1):
        nlp_lstm.extract("next-word-001", "text:long.txt", output, shard=f"{number}/{count}")


@pytest.mark.parametrize("count", [1, 3, 20])
def test_joined_parts_are_bit_for_bit_the_folder_of_one_machine(corpus, cli, count):
    assert cli(*ONE, "--output", "whole").code == 0
    for number in range(count, 0, -1):  # in any order; some of 20 have nothing to do
        assert cli(*ONE, "--output", "parts", "--shard", f"{number}/{count}").code == 0
    joined = cli("extract", "--join", "--output", "parts")
    assert joined.code == 0, joined.err
    assert "words: 853" in joined.out
    assert len(files("whole")) > 8
    assert files("parts") == files("whole")
    assert [path for path in Path("parts").iterdir() if path.is_dir()] == []
    assert nlp_lstm.find("parts", unit=3, top=3).comparisons[0].values


def test_a_part_that_was_cut_short_goes_on(corpus, cli):
    extract_parts(2)
    nlp_lstm.extract("next-word-001", "text:long.txt", "whole")
    part = Path("parts/shard-2-of-2")
    manifest = json.loads((part / "manifest.json").read_text())
    (part / "manifest.json").write_text(json.dumps({**manifest, "status": "running"}))
    next(part.glob("*.parquet")).unlink()
    refused = cli("extract", "--join", "--output", "parts")
    assert refused.code == 66
    assert "parts/shard-2-of-2 is not finished: go on with --shard 2/2 --resume" in refused.err
    assert cli(*ONE, "--output", "parts", "--shard", "2/2", "--resume").code == 0
    join("parts")
    assert files("parts") == files("whole")


def test_a_join_that_was_killed_is_done_again(corpus, monkeypatch):
    nlp_lstm.extract("next-word-001", "text:long.txt", "whole")
    for doing in ("_take", "_remove"):
        shutil.rmtree("parts", ignore_errors=True)
        extract_parts(3)
        with monkeypatch.context() as patched:
            left, real = [2], getattr(joining, doing)

            def killed(*given, left=left, real=real):
                if not left[0]:
                    raise KeyboardInterrupt
                left[0] -= 1
                return real(*given)

            patched.setattr(joining, doing, killed)
            with pytest.raises(KeyboardInterrupt):
                join("parts")
        join("parts")
        assert files("parts") == files("whole")


def test_what_is_missing_or_does_not_belong_together_is_named(corpus):
    with pytest.raises(MissingInputError, match=r"parts has no parts to join: .* --shard 1/2"):
        join("parts")
    extract_parts(3)
    os.rename("parts/shard-2-of-3", "other")
    with pytest.raises(MissingInputError, match="shard-2-of-3 is missing: extract it with --shard 2/3"):
        join("parts")
    nlp_lstm.extract("next-word-001", "text:long.txt", "parts", shard="2/3", dtype="float16")
    with pytest.raises(UsageError, match=r"shard-2-of-3 was made with dtype float16, and .* with float32"):
        join("parts")
    nlp_lstm.extract("next-word-001", "text:long.txt", "parts", shard="1/2")
    with pytest.raises(UsageError, match="parts holds parts of 2 and of 3"):
        join("parts")


def test_a_part_of_a_stranger_that_names_another_file_is_refused(corpus):
    extract_parts(1)
    file, outside = Path("parts/shard-1-of-1/manifest.json"), Path("mine-00001.parquet")
    outside.write_bytes(b"mine")
    told = json.loads(file.read_text())
    told["shard_sha256"]["../mine-00001.parquet"] = next(iter(told["shard_sha256"].values()))
    file.write_text(json.dumps(told))
    with pytest.raises(DataError, match="shard_sha256 names what is no shard"):
        join("parts")
    assert outside.read_bytes() == b"mine"


def test_a_shard_that_has_changed_is_found(corpus):
    extract_parts(2)
    shard = next(Path("parts/shard-1-of-2").glob("*.parquet"))
    shard.write_bytes(shard.read_bytes()[:-1])
    with pytest.raises(DataError, match="is not as it was written: extract its part again"):
        join("parts")


@pytest.mark.parametrize("shard", ["0/2", "3/2", "2", "a/b", "1/2/3", "-1/2", ""])
def test_what_is_no_part_is_refused(corpus, cli, shard):
    refused = cli(*ONE, "--output", "parts", f"--shard={shard}")
    assert refused.code == 2
    assert "give a part and how many there are, such as 2/8" in refused.err
    assert not Path("parts").exists()


def test_parts_do_not_go_into_an_extraction_and_join_takes_no_run(corpus, cli):
    nlp_lstm.extract("next-word-001", "text:long.txt", "whole")
    refused = cli(*ONE, "--output", "whole", "--shard", "1/2")
    assert (refused.code, "whole exists, and is no folder of parts" in refused.err) == (2, True)
    refused = cli(*ONE, "--output", "whole", "--join")
    assert (refused.code, "--join takes --output alone" in refused.err) == (2, True)
    refused = cli("extract", "--data", "mini", "--output", "a")
    assert (refused.code, "give RUN" in refused.err) == (2, True)

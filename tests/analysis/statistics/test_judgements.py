"""Reading judgements: a mistake in a file is reported in one sentence with its column and row."""

from pathlib import Path

import pytest

from analysis.statistics.judgements import LARGEST, BadData, read_judgements

HEAD = "participant,generator_user,model,detected"
ROW = "e-001,p-001,mixtral,1"


def write(folder: Path, content: str | bytes) -> Path:
    """Write a file with this content."""
    path = folder / "judgements.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty. It needs a header with participant, generator_user, model, detected"),
        (f"{HEAD}\n", "has a header but no judgements"),
        ("participant,model\ne-001,mixtral\n", "lacks the columns generator_user, detected: it has participant, model"),
        (f"{HEAD},detected\n{ROW},1\n", "has the column detected more than once"),
        (f"{HEAD}\n{ROW}\n{ROW},9\n", "row 3: 5 cells, but the header has 4"),
        (f"{HEAD}\n{ROW}\ne-001,,mixtral,1\n", "row 3: generator_user is empty"),
        (f"{HEAD}\n{ROW}\n\ne-001,p-001,mixtral,2\n", "row 4: detected is '2', but must be 0 or 1"),
        (f"{HEAD}\ne-001,p-001,mixtral,yes\n", "row 2: detected is 'yes', but must be 0 or 1"),
        (f"{HEAD}\ne-001,p-001,mixtral,T\n", "row 2: detected is 'T', but must be 0 or 1, or TRUE or FALSE"),
        (f"{HEAD}\ne-001,p-001\n", "row 2: model is empty"),
        (f"{HEAD}\ne-001;p-001;mixtral;1\n", "row 2: generator_user is empty"),
        (f"{HEAD}\ne-001,p-001,\u200b,1\n", "row 2: model is empty"),
        (
            f"{HEAD}\ne-001,p-001,#N/A,1\n",
            "row 2: model is '#N/A', but must be a name, not the error value of a formula",
        ),
        (f"{HEAD}\ne-001,p-001,over\u200ball,1\n", "row 2: model is 'overall', but must be another name"),
        (f"{HEAD},model\u200b\n{ROW},x\n", "has the column model more than once"),
        (f"{HEAD},pair\n{ROW},A-1\n{ROW},A\u20111\n", "row 3: e-001 has already judged the pair A-1"),
        (f"sep=x\n{HEAD}\n{ROW}\n", "begins with sep=, but names no separator"),
        (f"sep=;\n{HEAD}\n{ROW}\n", "lacks the columns participant, generator_user, model, detected"),
        (f"sep=,\n{HEAD}\n{ROW}\n{ROW}0\n", "row 3: detected is '10'"),
        (
            f"{HEAD},duration\n{ROW},30\n{ROW},half a minute\n",
            "row 3: duration is 'half a minute', but must be a number",
        ),
        (f"{HEAD},duration\n{ROW},inf\n", "row 2: duration is 'inf', but must be a number"),
        (f"{HEAD},duration\n{ROW},1e308\n", "row 2: duration is '1e308', but must be between -1e+100 and 1e+100"),
        (f"{HEAD},duration\n{ROW},{'long ' * 99}\n", "but must be a number"),
        (f'{HEAD},duration\n{ROW},"1,234"\n', "row 2: duration is '1,234', but must be a number"),
        (
            f"{HEAD},duration\n{ROW},1.234\n{ROW},12,5\n".replace(",", ";").replace("12;5", "12,5"),
            "row 3: duration is '12,5'",
        ),
        (f"{HEAD},flagged\n{ROW},3\n", "row 2: flagged is '3', but must be 0 or 1"),
        (f"{HEAD},pair\n{ROW},A\n{ROW},B\n{ROW},A\n", "row 4: e-001 has already judged the pair A"),
        (f'{HEAD}\ne-001,"p-001,mixtral,1\n', "row 2: this is not valid CSV"),
        (f'{HEAD}\n{ROW}\ne-001,"p"-001,mixtral,1\n', "row 3: this is not valid CSV"),
        (f"{HEAD}\ne-001,p-001,overall,1\n", "row 2: model is 'overall', but must be another name"),
        (f"{HEAD}\n{ROW}\n".encode() + "e-001,p-001,größer,1\n".encode("latin-1"), "is not UTF-8 text (line 3)"),
        (f"{HEAD}\n{ROW}\n".encode("utf-16-be"), "is not UTF-8 text (a NUL character in line 1)"),
        (",".join(f"question {number}" for number in range(99)), "question 11, …."),
        (b"\xff\xfe" + f"{HEAD}\n{ROW}".encode("utf-16-le") + b"1", "is not UTF-16 text (line 2)"),
    ],
)
def test_mistakes_are_reported(tmp_path: Path, content: str | bytes, words: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(BadData) as refusal:
        read_judgements(path)
    assert words in str(refusal.value)
    assert str(refusal.value).startswith(str(path))
    assert len(str(refusal.value)) < len(str(path)) + 300


def test_a_missing_file_and_one_that_is_too_large_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="cannot be read"):
        read_judgements(tmp_path / "nowhere.csv")
    path = write(tmp_path, HEAD)
    with path.open("r+b") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(BadData, match="200 MB"):
        read_judgements(path)


def test_what_has_no_end_is_refused_too() -> None:
    with pytest.raises(BadData, match="200 MB"):
        read_judgements(Path("/dev/zero"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_other_delimiters_and_a_byte_order_mark_are_read(tmp_path: Path, delimiter: str) -> None:
    content = f"\ufeff{HEAD}\n{ROW}\n".replace(",", delimiter)
    [row] = read_judgements(write(tmp_path, content)).to_dict("records")
    assert row == {"participant": "e-001", "generator_user": "p-001", "model": "mixtral", "detected": 1.0}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_names_the_encoding(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, f"{HEAD}\ne-001,p-001,größer,1\n".replace(",", "\t").encode(encoding))
    assert read_judgements(path)["model"].tolist() == ["größer"]


def test_big_endian_text_with_its_mark_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, f"\ufeff{HEAD}\n{ROW}\n".encode("utf-16-be"))
    assert read_judgements(path)["model"].tolist() == ["mixtral"]


@pytest.mark.parametrize(
    "line", ["sep={0}", '"sep={0}"', "SEP={0}", "sep={0}{0}{0}", '"sep={0}"{0}{0}', "\ufeffsep={0}"]
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_first_line_may_name_the_separator_and_is_no_row(tmp_path: Path, line: str, separator: str) -> None:
    rows = f"{HEAD}\n{ROW}\n".replace(",", separator)
    frame = read_judgements(write(tmp_path, f"{line.format(separator)}\r\n{rows}"))
    assert (frame.index.tolist(), frame["model"].tolist()) == ([2], ["mixtral"])


def test_the_named_separator_is_taken_whatever_it_is(tmp_path: Path) -> None:
    content = f"sep=|\n{HEAD},how, sure; really\n{ROW},a,b\n".replace(",", "|")
    assert read_judgements(write(tmp_path, content))["detected"].tolist() == [1]


def test_a_first_line_that_names_no_separator_leaves_it_to_the_header(tmp_path: Path) -> None:
    assert len(read_judgements(write(tmp_path, f"sep=\n{HEAD};x\n{ROW};1\n".replace(",", ";")))) == 1


def test_rows_may_lack_empty_last_cells_or_have_extra_ones(tmp_path: Path) -> None:
    content = f"{HEAD},duration,domain\n{ROW},14,Math\n{ROW},15\n{ROW}\n{ROW},16,Math,,\n"
    frame = read_judgements(write(tmp_path, content))
    assert frame["duration"].fillna(-1).tolist() == [14, 15, -1, 16]
    assert frame["domain"].isna().tolist() == [False, True, True, False]


def test_cells_of_other_columns_may_hold_whole_texts(tmp_path: Path) -> None:
    content = f'{HEAD},why\n{ROW},"{"long, " * 100_000}"\n{ROW},short\n'
    assert len(read_judgements(write(tmp_path, content))) == 2


def test_a_table_may_be_very_wide(tmp_path: Path) -> None:
    """Comparing each name with all others would take many minutes."""
    others = ",".join(f"question {number}" for number in range(200_000))
    assert len(read_judgements(write(tmp_path, f"{HEAD},{others}\n{ROW}\n"))) == 1


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        ("TRUE", "FALSE"),
        ("True", "False"),
        ("true", "false"),
        ("1", "0"),
        ("1.0", "0.0"),
        ("WAHR", "FALSCH"),
        ("VRAI", "FAUX"),
        ("VERDADERO", "FALSO"),
    ],
)
def test_truth_is_written_in_several_ways(tmp_path: Path, yes: str, no: str) -> None:
    rows = [f"e-00{number},p-001,mixtral,{said},{said}" for number, said in enumerate((yes, no, "NaN"))]
    frame = read_judgements(write(tmp_path, "\n".join([f"{HEAD},flagged", *rows])))
    assert frame["detected"].fillna(-1).tolist() == [1, 0, -1]
    assert frame["flagged"].tolist() == [1, 0, 0]


@pytest.mark.parametrize("cell", ["", "NA", "na", "NaN", "nan", "#N/A", "N/A", "#NV", "<NA>", "None", "NULL", "."])
def test_a_missing_number_is_written_in_several_ways(tmp_path: Path, cell: str) -> None:
    frame = read_judgements(write(tmp_path, f"{HEAD},duration\n{ROW},{cell}\n"))
    assert frame["duration"].isna().tolist() == [True]


def test_people_may_be_called_na_and_a_confidence_none(tmp_path: Path) -> None:
    content = f"{HEAD},confidence,domain\nNA,Nan,None,1,none,NA\n"
    frame = read_judgements(write(tmp_path, content))
    assert frame.iloc[0, :5].tolist() == ["NA", "Nan", "None", 1.0, "none"]
    assert frame["domain"].isna().tolist() == [True]


@pytest.mark.parametrize(
    "other", ["gpt-4\u200b", "gpt\u20114", "gpt\u02d74", "\u00a0gpt-4", "gpt\u00ad-4", "gpt-4\u200f"]
)
def test_names_that_read_alike_are_one_name(tmp_path: Path, other: str) -> None:
    content = f"{HEAD}\ne-001,p-001,{other},1\ne\u2011001,p-002,gpt-4,0\n"
    frame = read_judgements(write(tmp_path, content))
    assert (set(frame["model"]), set(frame["participant"])) == ({"gpt-4"}, {"e-001"})


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_end_as_they_do_on_any_system_and_blank_ones_count_as_rows(tmp_path: Path, newline: str) -> None:
    content = f"\n{HEAD},confidence\n{ROW},very confident\n,,,\n\n{ROW},NA\n".replace("\n", newline)
    frame = read_judgements(write(tmp_path, content))
    assert frame.index.tolist() == [3, 6]
    assert frame["confidence"].isna().tolist() == [False, True]


def test_decimals_have_commas_where_semicolons_separate(tmp_path: Path) -> None:
    content = f"{HEAD};duration;utterance_number\n{ROW};12,5;3\n{ROW};14;\n".replace(f"{HEAD}", HEAD.replace(",", ";"))
    frame = read_judgements(write(tmp_path, content.replace(ROW, ROW.replace(",", ";"))))
    assert frame["duration"].tolist() == [12.5, 14]
    assert frame["utterance_number"].isna().tolist() == [False, True]


def test_decimals_have_commas_beside_tabs_unless_they_may_be_thousands(tmp_path: Path) -> None:
    content = f"{HEAD},duration\n{ROW},".replace(",", "\t")
    assert read_judgements(write(tmp_path, f"{content}12,5\n"))["duration"].tolist() == [12.5]
    with pytest.raises(BadData, match="duration is '1,234', but must be a number"):
        read_judgements(write(tmp_path, f"{content}1,234\n"))


def test_names_of_columns_may_contain_other_delimiters(tmp_path: Path) -> None:
    frame = read_judgements(write(tmp_path, f"{HEAD},how sure; 1; 2; 3; 4; 5; 6\n{ROW},4\n"))
    assert len(frame) == 1


def test_empty_cells_are_missing_and_other_columns_are_ignored(tmp_path: Path) -> None:
    content = f"{HEAD},duration,confidence,weather\ne-001,p-001,mixtral,,NA,,rain\n{ROW},2.5,confident,sun\n"
    frame = read_judgements(write(tmp_path, content))
    assert list(frame.columns) == ["participant", "generator_user", "model", "detected", "confidence", "duration"]
    assert frame.isna().to_numpy().tolist() == [[False] * 3 + [True] * 3, [False] * 6]


def test_the_same_pair_may_be_judged_by_others_and_rows_without_a_pair_may_repeat(tmp_path: Path) -> None:
    other = ROW.replace("e-001", "e-002")
    frame = read_judgements(write(tmp_path, f"{HEAD},pair\n{ROW},A\n{other},A\n{ROW},\n{ROW},\n"))
    assert len(frame) == 4

"""The engine's policies without the engine: what a step reads, which slot a request gets, how text is assembled."""

from dialogue.backends.llama_cpp.generation import Generation
from dialogue.backends.llama_cpp.schedule import (
    PIECE,
    WIDEST_GAP,
    company,
    idle_between,
    next_piece,
    whole_pieces,
)
from dialogue.backends.llama_cpp.slots import SlotTable, common_length
from dialogue.backends.llama_cpp.vocabulary import TextAssembler


def test_prompts_are_read_in_pieces_but_for_their_last_token():
    assert next_piece({0: PIECE + 100}) == (0, PIECE)
    assert next_piece({0: 100}) == (0, 99)
    assert next_piece({0: 1, 1: 2}) == (1, 1)
    assert next_piece({0: 1}) is None


def test_the_shortest_prompt_is_read_first():
    assert next_piece({0: 900, 1: PIECE + 1, 2: 1}) == (1, PIECE)


def test_whole_pieces_of_a_beginning_are_kept_for_others():
    assert [whole_pieces(tokens) for tokens in (0, PIECE - 1, PIECE, 3 * PIECE + 5)] == [0, 0, PIECE, 3 * PIECE]


def test_a_token_next_to_no_other_gets_a_neighbour():
    assert company([0, 1, 5, 20, 21], count=22) == [6]
    assert company([3], count=4) == [2]
    assert company([0], count=2) == [1]


def test_idle_slots_in_narrow_gaps_join_a_step():
    assert idle_between([0, 1, 3, 6]) == [2, 4, 5]
    assert idle_between([0, WIDEST_GAP + 1]) == list(range(1, WIDEST_GAP + 1))
    assert idle_between([0, WIDEST_GAP + 2]) == []
    assert idle_between([5]) == []


def table_of(*slots: tuple[str, list[int]]) -> SlotTable:
    table = SlotTable(len(slots))
    for number, (owner, tokens) in enumerate(slots):
        table[number].owner, table[number].tokens, table[number].used = owner, tokens, number
    return table


def occupy(table: SlotTable, number: int) -> None:
    table[number].generation = Generation.__new__(Generation)


def chosen(table: SlotTable, conversation: str, prompt: list[int]) -> int | None:
    slot = table.choose(conversation, prompt)
    return None if slot is None else slot.sequence


def test_a_conversation_gets_its_own_slot_even_when_another_fits_better():
    table = table_of(("other", [1, 2, 3, 4]), ("mine", [1]), ("", [1, 2, 3]))
    assert chosen(table, "mine", [1, 2, 3, 4, 5]) == 1


def test_a_new_conversation_takes_nobodys_slot_not_the_one_that_fits_best():
    table = table_of(("other", [1, 2, 3, 4]), ("", []), ("", [1, 2]))
    assert chosen(table, "new", [1, 2, 3, 4]) == 2


def test_when_all_slots_have_owners_the_one_unused_for_longest_goes():
    table = table_of(("a", [1, 2]), ("b", [1]), ("c", []))
    occupy(table, 0)
    assert chosen(table, "new", [1, 2]) == 1


def test_a_conversation_whose_slot_is_busy_takes_another():
    table = table_of(("mine", [1, 2]), ("b", []))
    occupy(table, 0)
    assert chosen(table, "mine", [1, 2]) == 1
    occupy(table, 1)
    assert chosen(table, "mine", [1, 2]) is None


def test_a_slot_apart_from_the_busy_ones_changes_places_with_the_first_idle_one():
    table = table_of(("a", []), ("b", []), ("c", []), ("d", []))
    assert table.misplaced(table[3]) is None
    occupy(table, 0)
    assert table.misplaced(table[1]) is None
    assert table.misplaced(table[3]) is table[1]


def test_common_beginnings_are_measured_to_the_token():
    long = list(range(1000))
    assert common_length(long, long) == 1000
    assert common_length(long, [*range(130), -1, *range(131, 1000)]) == 130
    assert common_length(long, [-1]) == 0
    assert common_length(long, []) == 0
    assert common_length(long[:64], long) == 64


def test_a_character_comes_when_its_last_byte_does():
    text = TextAssembler()
    assert [text.add(bytes([byte])) for byte in "a世b".encode()] == ["a", "", "", "世", "b"]
    assert text.text == "a世b"


def test_a_character_that_the_end_cuts_off_is_left_out():
    text = TextAssembler()
    text.add("ok 世".encode()[:-1])
    assert text.text == "ok "


def test_bytes_that_are_no_characters_are_replaced():
    text = TextAssembler()
    text.add(b"a\xff\xfeb")
    assert text.text == "a\ufffd\ufffdb"

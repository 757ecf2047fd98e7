"""Dossiers: what was planted in the demo's forms is found and nothing else; forms go out, come back, and are refused in words."""

import datetime as dt
import importlib.util
import shutil
import subprocess

import openpyxl
import pandas as pd
import polars as pl
import pytest

from audit import i18n, intake
from audit.core import registry, settings, store
from audit.core.tables.form_codes import SupplierStatus
from audit.core.tables.forms import FORMS, TITLES
from audit.core.tables.forms import words as form_words
from audit.i18n.messages import in_both
from audit.intake.readers import forms as reader
from audit.intake.readers.read import BadExport
from audit.report import workbook
from audit.steps import dossiers
from audit.steps.dossiers import findings, forms_workbook
from audit.steps.dossiers.codes import Gap, Met
from tests.conftest import ROOT

AS_OF = pd.Timestamp("2025-12-31")
LIMITS = {
    "as_of": AS_OF, "fresh_days": 365, "contact_days": 180, "head_days": 365, "offer_days": 365, "least_levels": 3, "weak_share": 0.2, "strong_share": 0.5,
}  # fmt: skip


def overview(**more) -> pd.DataFrame:
    row = {
        "customer_id": "a",
        "group": "a",
        "manager_id": "m",
        "is_lead": True,
        "key_reasons": "revenue",
        "wallet_share": 0.4,
        "gap": 100.0,
    } | more
    return pd.DataFrame([row])


def filled(**forms) -> dict[str, pd.DataFrame]:
    """A form in order, with what a test takes away or adds."""
    day = pd.Timestamp("2025-12-01")
    card = {
        "customer_id": "a",
        "head_visited_on": day,
        "offered_on": day,
        "filled_on": day,
        "status_us": "partner",
        "status_customer": "partner",
    }
    people = [
        {"customer_id": "a", "post": level, "level_class": level, "mirror": "m", "met_on": day} for level in ("owner", "top", "middle")
    ]
    goal = {"customer_id": "a", "goal": "g", "metric": "share", "deadline_on": pd.Timestamp("2026-06-30"), "owner": "m"}
    tables = {
        "account_cards": [card | forms.pop("card", {})],
        "account_contacts": forms.pop("people", people),
        "account_goals": [goal | forms.pop("goal", {})],
        "account_tactics": [{"customer_id": "a", "instrument_class": "price", "tactic": "t"}] if forms.pop("plan", True) else [],
        "account_streams": [{"customer_id": "a", "stream_class": "plan", "state_class": "runs"}],
    }
    if benefit := forms.pop("benefit", 0.0):
        tables["account_opportunities"] = [{"customer_id": "a", "opportunity": "o", "kind_class": "more", "benefit": benefit}]
    made = {}
    for name, rows in tables.items():
        empty = registry.empty(name)
        made[name] = (
            pd.DataFrame(rows).reindex(columns=empty.columns).astype({c: t for c, t in empty.dtypes.items() if "datetime" in str(t)})
        )
    return made


def gaps_of(tables: dict, known: pd.DataFrame, given: pd.DataFrame | None = None, **limits) -> list[str]:
    coverage = dossiers.dossier_coverage(known, tables, as_of=AS_OF)
    dossier = registry.empty("value_dossier") if given is None else given
    return dossiers.dossier_gaps(coverage, known, tables, dossier, **(LIMITS | limits))["gap_class"].tolist()


def test_a_form_in_order_has_no_gap():
    assert gaps_of(filled(), overview()) == []


@pytest.mark.parametrize(
    ("gap", "change"),
    [
        (Gap.STALE, {"card": {"filled_on": pd.Timestamp("2024-12-30")}}),
        (Gap.NO_HEAD_VISIT, {"card": {"head_visited_on": pd.NaT}}),
        (Gap.NO_OFFER, {"card": {"offered_on": pd.Timestamp("2024-12-30")}}),
        (Gap.GOAL_UNMET, {"goal": {"metric": ""}}),
        (Gap.GOAL_UNMET, {"goal": {"owner": ""}}),
        (Gap.GOAL_PAST, {"goal": {"deadline_on": pd.Timestamp("2025-12-30")}}),
        (Gap.NO_PLAN, {"plan": False}),
        (Gap.UNREAL, {"benefit": 100.01}),
        (Gap.NO_CONTACT, {"people": []}),
        (Gap.ONE_CONTACT, {"people": [{"customer_id": "a", "post": "p", "level_class": "top", "mirror": "m", "met_on": AS_OF}]}),
        (
            Gap.LEVELS,
            {"people": [{"customer_id": "a", "post": p, "level_class": "top", "mirror": "m", "met_on": AS_OF} for p in ("p", "q")]},
        ),
        (
            Gap.NO_MIRROR,
            {
                "people": [
                    {"customer_id": "a", "post": p, "level_class": p, "mirror": "", "met_on": AS_OF} for p in ("owner", "top", "staff")
                ]
            },
        ),
        (Gap.CONTRADICTION, {"card": {"position_class": "strong"}}),
    ],
)
def test_each_gap_is_found_alone(gap, change):
    share = 0.1 if gap == Gap.CONTRADICTION else 0.4
    assert gaps_of(filled(**change), overview(wallet_share=share)) == [gap]


def test_limits_hold_at_exactly_the_day_and_the_share():
    edge = {"filled_on": AS_OF - pd.Timedelta(days=365), "head_visited_on": AS_OF - pd.Timedelta(days=365), "position_class": "strong"}
    assert gaps_of(filled(card=edge), overview(wallet_share=0.2)) == []
    assert gaps_of(filled(card={"position_class": "weak"}), overview(wallet_share=0.5)) == []
    assert gaps_of(filled(card={"position_class": "weak"}), overview(wallet_share=0.51)) == [Gap.CONTRADICTION]
    assert gaps_of(filled(benefit=100.0), overview()) == []
    assert gaps_of(filled(benefit=1e9), overview(gap=float("nan"))) == []


def test_an_account_of_which_nothing_is_written_has_one_gap_and_a_position_without_a_known_share_contradicts_nothing():
    assert gaps_of({}, overview()) == [Gap.NO_FORM]
    assert gaps_of(filled(card={"position_class": "strong"}), overview(wallet_share=float("nan"))) == []


def test_demo_what_was_planted_is_found_and_nothing_else(demo):
    planted = pd.read_csv(ROOT / "tests" / "demo_dossier_truths.csv", dtype=str).set_index("customer_id")["gap_class"]
    found = store.load(demo, "dossier_gaps").set_index("customer_id")["gap_class"]
    assert found.sort_index().to_dict() == planted.sort_index().to_dict()


def test_demo_the_generator_gives_the_committed_forms_and_truths(tmp_path):
    spec = importlib.util.spec_from_file_location("filled_forms", ROOT / "data" / "demo" / "filled_forms.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    made.write(tmp_path)
    assert (tmp_path / made.FILE).read_bytes() == (ROOT / "data" / "demo" / made.FILE).read_bytes()
    assert made.truths().to_csv(index=False, lineterminator="\n") == made.TRUTHS.read_text(encoding="utf-8")


def test_p35_a_form_that_is_filled_in_moves_no_figure_of_another_chapter(demo):
    """Nothing of the forms is read by a chapter that stands on data."""
    readers = {step.name for step in registry.steps() if set(registry.takes(step)) & set(dossiers.FILLED)}
    assert readers <= {"dossiers", "account"}


def test_value_is_counted_by_hand_the_cost_is_the_exports_and_what_was_told_before_it_was_given_was_not_told():
    given = pd.DataFrame({"customer_id": ["a", "b"], "date": pd.to_datetime(["2025-01-10", "2025-03-01"]), "kind": ["training", "rig"], "cost_to_us": [100.0, 40.0], "benefit_to_customer": [150.0, 0.0], "evidence": ["act", ""]})  # fmt: skip
    form = pd.DataFrame({"customer_id": ["a", "a"], "date": pd.to_datetime(["2025-01-10", "2024-06-01"]), "kind": ["training", "samples"], "cost_to_us": [999.0, 10.0], "benefit_to_customer": [200.0, 50.0], "evidence": ["act", ""], "told_on": pd.to_datetime(["2025-02-01", "2024-05-01"])})  # fmt: skip
    keys = pd.DataFrame({"customer_id": ["a"], "group": ["g"]})
    members = pd.Series({"a": "g", "b": "g"})
    dossier = dossiers.value_dossier(keys, given, form, members=members, as_of=AS_OF)
    [row] = dossiers.value_by_account(dossier, as_of=AS_OF).itertuples()
    assert (row.things, row.cost_to_us, row.worth_to_customer, row.proved, row.told, row.switching) == (
        3,
        150.0,
        250.0,
        200.0,
        200.0,
        200.0,
    )
    assert row.benefit_number == pytest.approx(250 / 150)


def test_a_cost_that_nobody_knows_is_not_nothing_and_enters_no_ratio():
    rows = pd.DataFrame({"customer_id": ["a", "a"], "date": pd.to_datetime(["2025-01-10", "2025-02-10"]), "kind": ["rig", "samples"], "cost_to_us": [None, 100.0], "benefit_to_customer": [1000.0, 100.0]})  # fmt: skip
    keys = pd.DataFrame({"customer_id": ["a"], "group": ["a"]})
    dossier = dossiers.value_dossier(keys, None, rows, members=pd.Series({"a": "a"}), as_of=AS_OF)
    assert dossier["cost_to_us"].isna().tolist() == [True, False]
    [row] = dossiers.value_by_account(dossier, as_of=AS_OF).itertuples()
    assert (row.cost_to_us, row.worth_to_customer, row.benefit_number) == (100.0, 1100.0, 1.0)


def test_n14_days_from_a_loss_to_the_first_meeting_and_who_was_never_met_stands_first():
    rows = pd.DataFrame(
        {
            "customer_id": ["a", "b", "c"],
            "lost_on": pd.to_datetime(["2025-01-01", "2025-02-01", "2025-03-01"]),
            "met_on": pd.to_datetime(["2025-01-15", None, "2025-02-20"]),
            "reason_class": ["terms", "service", "no_need"],
        }
    )
    found = dossiers.losses(rows)
    assert found["customer_id"].tolist() == ["b", "c", "a"]
    assert found["reaction_days"].tolist()[2] == 14.0
    assert found["reaction_days"].isna().tolist() == [True, True, False], "a meeting before the loss is no answer to it"
    assert dossiers.losses(None).empty


def test_d17_weights_are_shares_of_what_was_named_for_a_segment():
    rows = pd.DataFrame({"segment": ["s", "s", "t"], "direction": ["d", "d", "d"], "decider": ["x"] * 3, "criterion": ["price", "days", "price"], "weight_share": [1.0, 3.0, None]})  # fmt: skip
    found = dossiers.value_models(rows)
    assert found["criterion"].tolist() == ["days", "price", "price"]
    assert found["weight_share"].tolist()[:2] == [0.75, 0.25]


def test_the_ten_criteria_by_hand():
    known = pd.DataFrame({
        "customer_id": ["a", "b", "c"], "year_revenue": [10.0, 20.0, 0.0], "profit": [5.0, -1.0, 9.0], "overdue": [0.0, 7.0, 0.0], "open": [3.0, 9.0, 0.0],
        "credit_limit": [3.0, float("nan"), 1.0], "is_lead": [True, True, True], "xyz_class": ["X", "Z", "X"], "portfolio_class": ["core", "", "core"],
    })  # fmt: skip
    acts = pd.DataFrame({"customer_id": ["a", "a", "b"], "date": pd.to_datetime(["2025-05-01", "2025-06-01", "2025-06-01"]), "direction": ["out", "in", "out"]})  # fmt: skip
    fields = pd.DataFrame({"customer_id": ["a", "a", "b", "b"], "is_filled": [True, True, True, False]})
    facts = pd.DataFrame({"customer_id": ["b"], "kind": ["referral"], "value": [4.0]})
    found = dossiers.desired_customers(
        known, activities=acts, fields=fields, facts=facts, cards=None, as_of=AS_OF, informs_share=0.8, least_known=6
    ).set_index("customer_id")
    assert list(found.index) == ["a", "b"], "who bought nothing for a year is not asked about"
    said = lambda who: "".join(found.loc[who, [c for c in found.columns if c.startswith("is_") and c != "is_desired"]].str[0])
    assert said("a") == "yyyyyuyuuu"
    assert said("b") == "nnunnunuuy"
    assert found["is_desired"].tolist() == [True, False]
    assert found.loc["a", ["met", "known"]].tolist() == [6, 6]
    assert Met.UNKNOWN in found.to_numpy()
    told = lambda least: findings._desired(found.reset_index(), least)[0]
    assert (told(6).value, told(6).why) == (1.0, "")
    assert "enough of the ten criteria" in told(7).why, "where nobody is known well enough, nobody is not the answer"


@pytest.fixture(scope="module")
def written(demo, tmp_path_factory):
    return forms_workbook.write(demo, tmp_path_factory.mktemp("forms"), store.settings(demo))


def test_forms_hold_what_the_audit_knows_locked_and_what_is_asked_open(written, demo):
    keys = dossiers.key_accounts(store.load(demo, "customer_overview"))
    known = keys.set_index("customer_id")
    seen = set()
    for path in written[:-1]:
        sheet = openpyxl.load_workbook(path)[TITLES["account_cards"]]
        heads = [cell.value for cell in sheet[1]]
        for row in sheet.iter_rows(min_row=2):
            code = row[0].value
            seen.add(code)
            assert row[heads.index("Sales of 12 months")].value == pytest.approx(known.at[code, "year_revenue"], abs=0.005)
            assert row[0].protection.locked
            assert not row[heads.index("Our position")].protection.locked
        assert sheet.protection.sheet
        assert sheet.data_validations.dataValidation
    assert seen == set(keys["customer_id"])
    assert written[-1].name == "form-owner.xlsx"


def test_what_a_form_said_comes_back_from_the_workbook_that_repeats_it(written, demo):
    """Written again from what was filled in, and read: the same tables; a row that nobody filled in is none."""
    folder = written[0].parent
    again = reader.forms(folder, "form-*.xlsx")
    for name in ("account_cards", "account_contacts", "account_goals", "account_tactics", "account_opportunities", "value_given"):
        ours, before = again[name].table, store.load(demo, name)
        assert len(ours) >= len(before)
        key = next(form for form in FORMS if form.name == name).key
        there = set(ours.select(key).iter_rows())
        for row in before[list(key)].astype(str).itertuples(index=False):
            assert tuple(row) in there, name


def test_a_form_may_be_reordered_have_columns_added_and_lack_what_last_year_did_not_ask(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Key accounts"
    sheet.append(["My notes", "What we are to it, as we see it", "Code", "Filled in on"])
    sheet.append(["x", "один из избранных", "a", "01.12.2025"])
    sheet.append(["only a note", None, "b", None])
    book.save(tmp_path / "form-x.xlsx")
    [(name, read)] = reader.forms(tmp_path, "form-*.xlsx").items()
    assert name == "account_cards"
    assert read.table.select("customer_id", "status_us", "filled_on", "honours", "_row").rows() == [
        ("a", SupplierStatus.VALUE_ADDER.value, "2025-12-01", "", 2)
    ]


def test_what_is_no_choice_and_no_day_is_refused_with_its_sheet_and_row(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Цели"
    sheet.append(["Код", "Наша цель", "Срок"])
    sheet.append(["a", "Вторая категория", "когда-нибудь"])
    sheet.append(["a", "Склад за сутки", "30.06.2026"])
    people = book.create_sheet("Контактные лица")
    people.append(["Код", "Должность, без имени", "Уровень"])
    people.append(["a", "директор", "главный"])
    people.append(["a", "закупщик", "специалист"])
    book.save(tmp_path / "form-x.xlsx")
    (tmp_path / "sales.csv").write_text("who,day,money\na,2025-01-01,10\n", encoding="utf-8")
    (tmp_path / "audit.toml").write_text(
        '[base]\nname = "x"\ncurrency = "EUR"\nas_of = 2025-12-31\nforms = "form-*.xlsx"\n[sources.sales]\nfile = "sales.csv"\n'
        '[tables.lines]\nfrom = "sales"\ncolumns = { customer_id = "who", date = "day", amount = "money" }\n',
        encoding="utf-8",
    )
    taken = intake.check(tmp_path, settings.read(tmp_path))
    [row] = taken.quarantine.to_dicts()
    assert (row["table"], row["file"], row["sheet"], row["row"]) == ("account_contacts", "form-x.xlsx", "Контактные лица", 2)
    assert "level_class" in row["reason"]
    assert taken.tables["account_contacts"]["post"].to_list() == ["закупщик"]
    goals = taken.tables["account_goals"]
    assert goals["goal"].to_list() == ["Вторая категория", "Склад за сутки"], "a slip in an optional cell undoes no row"
    assert goals["deadline_on"].to_list() == [None, dt.date(2026, 6, 30)]
    assert any("когда-нибудь" in i18n.render(doubt) for doubt in taken.doubts["doubt"])


def test_no_choice_holds_a_comma_and_no_list_is_longer_than_a_spreadsheet_allows():
    """Excel cuts an inline list at its commas, and refuses one of more than 255 characters."""
    for form in FORMS:
        for column in (c for c in form.columns if c.codes):
            for labels in zip(*(in_both(one.label) for one in column.codes), strict=True):
                assert not any("," in label for label in labels), labels
                assert len(",".join(labels)) <= 255


def test_rows_of_any_company_of_a_group_are_its_accounts_and_the_newest_form_stands():
    known = pd.DataFrame(
        [
            {"customer_id": "a", "group": "g", "is_lead": True, "key_reasons": "revenue", "year_revenue": 1.0, "revenue_before": 2.0},
            {"customer_id": "b", "group": "g", "is_lead": False, "key_reasons": "revenue", "year_revenue": 5.0, "revenue_before": 5.0},
            {"customer_id": "c", "group": "c", "is_lead": True, "key_reasons": "revenue", "year_revenue": 4.0, "revenue_before": 0.0},
        ]
    )
    keys = dossiers.key_accounts(known)
    assert keys[["customer_id", "year_revenue", "revenue_before"]].to_numpy().tolist() == [["a", 6.0, 7.0], ["c", 4.0, 0.0]]
    cards = pd.DataFrame({"customer_id": ["a", "b"], "status_us": ["broker", "partner"], "filled_on": pd.to_datetime(["2024-01-01", "2025-01-01"])})  # fmt: skip
    found = dossiers.of_accounts({"account_cards": cards, "account_goals": None}, known)
    assert found["account_goals"] is None
    assert found["account_cards"][["customer_id", "status_us"]].to_numpy().tolist() == [["a", "partner"]]
    assert dossiers.strangers({"account_cards": cards.assign(customer_id=["a", "00a"])}, known) == 1


def test_an_untouched_form_is_no_answer(demo, tmp_path):
    """What `audit forms` wrote without anybody's answers, read back: posts, days and streams that were there already fill nothing in."""
    for name in ("tables", "settings.json", "manifest.json"):
        source = demo / name
        shutil.copytree(source, tmp_path / name) if source.is_dir() else shutil.copy(source, tmp_path / name)
    for form in FORMS:
        (tmp_path / "tables" / f"{form.name}.parquet").unlink(missing_ok=True)
    written = forms_workbook.write(tmp_path, tmp_path / "forms", store.settings(tmp_path))
    assert len(written) == 7
    assert set(reader.forms(tmp_path / "forms", "form-*.xlsx")) <= {"value_given"}


@pytest.mark.parametrize("saved_by", ["openpyxl", "libreoffice"])
def test_forms_filled_in_by_excel_or_libreoffice_are_read_back(written, tmp_path, saved_by):
    """A goal, a day and a sum typed as people type them; the owner's answers; rows that were never filled in stay away."""
    account, owner = openpyxl.load_workbook(written[0]), openpyxl.load_workbook(written[-1])
    sheet = account[TITLES["account_goals"]]
    heads = {cell.value: cell.column for cell in sheet[1]}
    row = next(i for i in range(2, sheet.max_row + 1) if not sheet.cell(i, heads["Our goal"]).value)
    for head, value in {
        "Our goal": "A third category",
        "How it is measured": "categories",
        "Until": "31.03.2026",
        "Whose": "Белова",
    }.items():
        sheet.cell(row, heads[head]).value = value
    questions = owner[TITLES["owner_answers"]]
    questions.cell(2, 3).value, questions.cell(3, 3).value = "yes", "нет"
    own = account[TITLES["manager_answers"]]
    code = own.cell(2, 1).value
    own.cell(4, 4).value = "no"
    for book, name in ((account, "form-a.xlsx"), (owner, "form-owner.xlsx")):
        book.save(tmp_path / name)
    folder = tmp_path
    if saved_by == "libreoffice":
        office = shutil.which("soffice") or shutil.which("libreoffice")
        if not office:
            pytest.skip("no LibreOffice; .ci/run installs one")
        home, folder = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", tmp_path / "saved"
        files = sorted(tmp_path.glob("form-*.xlsx"))
        subprocess.run(
            [office, home, "--headless", "--convert-to", "xlsx", "--outdir", folder, *files], check=True, capture_output=True, timeout=180
        )
    found = reader.forms(folder, "form-*.xlsx")
    goals = {row["goal"]: row for row in found["account_goals"].table.to_dicts()}
    assert goals["A third category"]["deadline_on"] == "2026-03-31"
    assert (goals["A third category"]["_row"], goals["A third category"]["owner"]) == (row, "Белова")
    assert len(goals) == 3
    assert found["owner_answers"].table.select("question", "answer").rows() == [("A1", "yes"), ("A2", "no")]
    assert found["manager_answers"].table.select("manager_id", "question", "answer").rows() == [(code, "A3", "no")]


@pytest.mark.parametrize(
    ("sheet", "heads", "said"),
    [
        ("Sheet1", ["Code"], "holds no form of ours; its sheets are Sheet1"),
        ("Goals", ["Code", "Until"], "no column Our goal; it has Code, Until"),
    ],
)
def test_a_workbook_that_is_no_form_is_refused_in_words(tmp_path, sheet, heads, said):
    book = openpyxl.Workbook()
    book.active.title = sheet
    book.active.append(heads)
    book.active.append(["a"] * len(heads))
    book.save(tmp_path / "form-x.xlsx")
    with pytest.raises(BadExport, match=said):
        reader.forms(tmp_path, "form-*.xlsx")
    (tmp_path / "form-y.xlsx").write_bytes(b"no workbook")
    with pytest.raises(BadExport, match="cannot be opened as a workbook"):
        reader.forms(tmp_path, "form-y.xlsx")
    with pytest.raises(BadExport, match="no such file"):
        reader.forms(tmp_path, "anketa-*.xlsx")


def test_closed_lists_are_read_in_either_language_and_by_their_codes():
    column = registry.tables()["account_cards"].column("needs_us")
    texts = pl.DataFrame({"x": ["yes", "Да", "отчасти", "no ", "maybe"]})
    assert reader._column(texts, "x", column).to_list() == ["yes", "yes", "partly", "no", "maybe"]


def test_e34_new_products_come_to_an_account_with_the_first_purchase_of_any_company_of_its_group():
    rows = [
        ("a1", "p", "2025-01-01", "2025-03-02"), ("a2", "p", "2025-01-01", "2025-01-11"), ("a1", "q", "2025-01-01", "2025-12-01"),
        ("b", "p", "2025-01-01", "2025-02-10"), ("d", "p", "2025-01-01", "2025-01-01"), ("e", "p", "2025-01-01", "2025-01-01"), ("c", "r", "2025-01-01", "2025-01-21"), ("c", "late", "2025-12-01", "2025-12-02"), ("gone", "p", "2025-01-01", "2025-01-01"),
    ]  # fmt: skip
    bought = pd.DataFrame(rows, columns=["customer_id", "product_id", "launched_on", "first_on"])
    bought = bought.assign(**{c: pd.to_datetime(bought[c]) for c in ("launched_on", "first_on")})
    people = pd.concat(
        [
            overview(customer_id=who, group=group, is_lead=who == group or who == "a1", key_reasons="revenue" if group == "a" else "", year_revenue=money, revenue_before=1.0)
            for who, group, money in (("a1", "a", 5.0), ("a2", "a", 5.0), ("b", "b", 1.0), ("c", "c", 1.0), ("d", "d", 1.0), ("e", "e", 1.0), ("gone", "gone", 0.0))
        ],
        ignore_index=True,
    )  # fmt: skip
    keys = dossiers.key_accounts(people)
    found = dossiers.launches(bought, keys, people, as_of=AS_OF, within_days=180)
    assert found.drop(columns="customer_id").to_numpy().tolist() == [
        [3, 1, 1 / 3, (10 + 334) / 2, 1 / 3, 10.0]
    ]  # p of a2 in time, q of a1 late; b after 40 days, c after 20, d and e on the day
    assert dossiers.launches(None, keys, people, as_of=AS_OF, within_days=180).empty
    assert dossiers.launches(bought, keys, people, as_of=pd.Timestamp("2025-02-01"), within_days=180).empty, "nobody has had the time"


def test_one_account_has_its_new_products_told():
    one = pd.DataFrame({"launched": [3], "bought_in_time_share": [0.5], "first_days": [10.4], "others_first_days": [20.0]})
    [found] = findings._new(one)
    assert (found.value, found.n, found.params) == (0.5, 1, {"launched": 3, "days": 10, "others": 20})


def test_rows_of_strangers_are_counted_over_all_forms():
    known = pd.DataFrame({"customer_id": ["a"]})
    forms = {"cards": pd.DataFrame({"customer_id": ["a", "x"]}), "goals": pd.DataFrame({"customer_id": ["y"]}), "none": None}
    assert dossiers.strangers(forms, known) == 2


def test_where_no_industry_and_no_seller_is_known_empty_rows_are_offered():
    assert len(forms_workbook._segments(None, None)) == len(forms_workbook._sellers(None, None)) == forms_workbook.BLANK
    of_two = forms_workbook._segments(pd.DataFrame({"industry": ["b", "a", "", "a"]}), None)
    assert of_two["segment"].tolist() == ["a"] * forms_workbook.BLANK + ["b"] * forms_workbook.BLANK


@pytest.mark.parametrize(("language", "day"), [("en", "yyyy-mm-dd"), ("ru", "dd.mm.yyyy")])
def test_a_sheet_has_the_code_once_locked_and_days_as_its_language_writes_them(tmp_path, monkeypatch, language, day):
    monkeypatch.setenv("LANGUAGE", language)
    own, form = settings.read(ROOT / "data" / "demo"), registry.tables()["account_goals"]
    rows = pd.DataFrame([{"customer_id": "a", "goal": "g"}]).reindex(columns=form.names).astype(object)
    with workbook.written(tmp_path / "form.xlsx", own, title="t") as book:
        forms_workbook._sheet(book, form, rows, pd.DataFrame({"customer_id": ["a"]}), {"a": "Alpha"}, own)
    [sheet] = openpyxl.load_workbook(tmp_path / "form.xlsx").worksheets
    heads, cells = list(sheet.iter_rows(values_only=True))[0], sheet[2]
    assert [cell.value for cell in cells[:2]] == ["a", "Alpha"]
    assert len(heads) == len(set(heads)) == len(form.names) + 1
    assert [cell.protection.locked for cell in cells[:3]] == [True, True, False]
    at = heads.index(i18n.translate(form.column("deadline_on").heading))
    assert cells[at].number_format == day


def test_the_words_of_a_form_that_was_sent_are_still_read():
    """tests/forms_as_sent.csv: sheets, headings and choices as they lie with managers; a nicer word would refuse what they have filled in."""
    now = form_words()
    sent = pd.read_csv(ROOT / "tests" / "forms_as_sent.csv", dtype=str, keep_default_na=False)
    for row in sent.itertuples():
        assert now[row.form, row.column, row.code] == (row.english, row.russian)

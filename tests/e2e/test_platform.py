"""The whole platform after `make demo`, compared with what the city planted. Tests run in this order."""

from __future__ import annotations

import email
import email.policy
import gzip
import json
import os
import re
import subprocess
import sys
import zipfile
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import psutil
import psycopg
import pytest
import requests

from mcu.sources.registry import all_sources
from platform_fixture import ITEMS, Platform

pytestmark = pytest.mark.e2e

http = requests.Session()
http.trust_env = False

SCHEMAS = ("raw", "ops", "reference", "staging", "intermediate", "marts", "bi")


def _truth(platform: Platform) -> list[dict[str, Any]]:
    with gzip.open(platform.truth() / "items.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_everything_printed_works(platform: Platform) -> None:
    assert "Счёт сходится" in platform.demo_output
    urls = re.findall(r"http://127\.0\.0\.1:\d+[\w/]*", platform.demo_output)
    assert len(set(urls)) >= 3
    for url in set(urls):
        assert http.get(url, timeout=30).status_code == 200, url
    assert platform.mcu("status").stdout.count("работает") == 6
    complaints = [line for line in platform.mcu("doctor", check=False).stdout.splitlines() if line.startswith("✗")]
    # what the city planted: two spoiled files, one of them sent by e-mail beside an attachment that is no table, and
    # names that no map knows
    assert sum("Файл не загружен" in c for c in complaints) == 3, complaints
    assert sum("нет в таблицах соответствия" in c for c in complaints) == 1 and len(complaints) == 4, complaints


def test_every_item_of_the_truth_is_a_fact_or_in_quarantine(platform: Platform) -> None:
    truth = _truth(platform)
    assert len(truth) >= ITEMS
    streamed = {t["source_slug"] for t in truth}  # of the other systems counts are known: `mcu reconcile` compares them
    facts = Counter(platform.query("select source_slug, record_ref from marts.fct_feedback"))
    assert set(facts.values()) == {1}
    expected = {(t["source_slug"], t["record_ref"]) for t in truth if t["expected"] == "feedback"}
    assert {fact for fact in facts if fact[0] in streamed} == expected
    planted = Counter((t["source_slug"], t["reason_code"]) for t in truth if t["expected"] == "quarantine")
    rejected = Counter(platform.query("select source_slug, reason_code from ops.rejects"))
    assert sum(planted.values()) > 3 and Counter(r for r in rejected.elements() if r[0] in streamed) == planted


def test_counts_of_each_step_agree(platform: Platform) -> None:
    assert "Счёт сходится" in platform.mcu("reconcile").stdout
    counts = platform.query("select source_slug, raw_records, in_feedback from marts.rpt_reconciliation")
    for slug, raw, facts in counts:
        assert raw == facts > 0, slug
    flows = platform.query("select sum(new_count), sum(repeat_count), sum(duplicate_count) from marts.fct_flows")[0]
    items = platform.query("select count(*) from marts.fct_feedback where kind <> 'body_request'")[0][0]
    assert sum(flows) == items and min(flows) > 0


FROM_CITIZENS = "(select * from marts.fct_feedback where kind <> 'body_request') f"
MONTH = ("2026-10-01T00:00:00+03:00", "2026-11-01T00:00:00+03:00")


@pytest.mark.parametrize(
    ("code", "numerator", "of", "when"),
    [
        ("repeat_share", "is_repeat", FROM_CITIZENS, "received_at"),
        ("duplicate_share", "is_duplicate", FROM_CITIZENS, "received_at"),
        ("new_count", "not is_repeat and not is_duplicate", FROM_CITIZENS, "received_at"),
        ("satisfaction_share", "mark >= 4", FROM_CITIZENS, "marked_at"),
        (
            "registration_on_time_share",
            "done_at <= due_at",
            "(select * from marts.fct_deadlines where stage = 'registration') d",
            "due_at",
        ),
    ],
)
def test_indicators_equal_a_plain_count(platform: Platform, code: str, numerator: str, of: str, when: str) -> None:
    """The same figure counted from the facts, by a query that shares nothing with the models."""
    published = platform.query(
        "select municipality_code, numerator, denominator from marts.fct_indicator_values"
        " where period_month = '2026-10-01' and indicator_code = %s and denominator > 0 order by 1",
        code,
    )
    counted = platform.query(
        f"select municipality_code, count(*) filter (where {numerator}), count(*) from {of}"
        f" where {when} >= %s and {when} < %s group by 1 order by 1",
        *MONTH,
    )
    assert published == counted and sum(row[1] for row in counted) > 0


def test_repeats_that_the_city_planted_are_found(platform: Platform) -> None:
    """Every planted repeat of the same source that came soon after: a repeat after an answer, a duplicate before it."""
    found = platform.query("select source_slug, record_ref from marts.fct_feedback where is_repeat or is_duplicate")
    repeats = set(found)
    citizens = set(platform.query(f"select source_slug, record_ref from {FROM_CITIZENS}"))
    facts = {(t["source_slug"], t["record_ref"]): t for t in _truth(platform) if t["expected"] == "feedback"}
    planted = set()
    for key, item in facts.items():
        first_key = (item["of"]["source_slug"], item["of"]["record_ref"]) if item["of"] else None
        first = facts.get(first_key) if first_key and {key, first_key} <= citizens else None
        if first and first["source_slug"] == item["source_slug"]:
            apart = datetime.fromisoformat(item["received_at"]) - datetime.fromisoformat(first["received_at"])
            planted |= {key} if apart < timedelta(days=30) else set()
    assert len(planted) > 30 and planted <= repeats, planted - repeats


def test_the_nine_indicators_of_the_package_are_published(platform: Platform) -> None:
    folders = sorted((platform.var / "publications" / "indicators" / "2026-10").iterdir())
    assert len(folders) == 5, "one package a municipality"
    for folder in folders:
        manifest = json.loads((max(folder.glob("r*")) / "manifest.json").read_text())
        assert {Path(name).suffix for name in manifest["files"]} == {".xlsx", ".csv", ".json"}
    for (document,) in platform.query(
        "select rows from ops.publications where kind = 'indicators' and period = '2026-10'"
    ):
        assert len({row["indicator_code"] for row in document["values"]}) == 9
        assert all(row["numerator"] is not None and row["denominator"] is not None for row in document["values"])


def test_the_weekly_note_of_each_municipality_waits_for_its_approval(platform: Platform) -> None:
    folders = sorted((platform.var / "publications" / "weekly_note" / "2026-W46").iterdir())
    assert len(folders) == 5, "one note a municipality"
    for folder in folders:
        manifest = json.loads((max(folder.glob("r*")) / "manifest.json").read_text())
        assert {Path(name).suffix for name in manifest["files"]} == {".docx", ".json"}
    assert platform.query("select distinct status from ops.publications where kind = 'weekly_note'") == [("prepared",)]


def _digests(platform: Platform) -> list[EmailMessage]:
    """The letters of the deadline digest."""
    mails = [email.message_from_bytes(m.read_bytes(), policy=email.policy.default) for m in platform.mails()]
    return [cast(EmailMessage, mail) for mail in mails if re.search("Сроки на|Блок «|Ничьи на", mail["Subject"])]


def test_each_recipient_got_its_own_deadlines_only(platform: Platform) -> None:
    """As many letters as the demonstration printed; everything overdue is in them, and nothing of another recipient."""
    owners = defaultdict(set)
    for recipient, ref in platform.query(
        "select d.recipient_code, record_ref from marts.fct_deadlines d join marts.fct_feedback using (feedback_key)"
    ):
        owners[recipient].add(ref)
    owners["duty"] = {
        ref
        for (ref,) in platform.query(
            "select record_ref from marts.rpt_unowned_items join marts.fct_feedback using (feedback_key)"
        )
    }
    listed = defaultdict(set)
    letters = _digests(platform)
    for letter in letters:
        text = cast(EmailMessage, letter.get_body(("plain",))).get_content()
        refs = set(re.findall(r"^  \d+\. (\S+) \(", text, re.MULTILINE))
        if not letter["To"].endswith(".head@localhost"):  # a head reads of all recipients of the block
            listed[letter["To"].removesuffix("@localhost")] |= refs
        assert not re.search(r"@|\+7|\b8[\s(-]*9\d\d", text), letter["Subject"]
    assert f"и дежурному — {len(letters)}." in platform.demo_output and len(letters) > 10
    assert {who: refs - owners[who] for who, refs in listed.items() if refs - owners[who]} == {}
    overdue = platform.query(
        "select f.record_ref from marts.rpt_deadline_status join marts.fct_feedback f using (feedback_key)"
        " where status = 'running_late'"
    )
    assert {ref for (ref,) in overdue} <= set().union(*listed.values())


def test_reader_sees_bi_only(platform: Platform) -> None:
    with platform.connect("reader") as conn:
        # the address that Superset stores; a person's own login shows what is theirs
        assert conn.execute("select count(*) from bi.bi_feedback").fetchone() == (0,)
    hidden = platform.query(
        "select schemaname, relname from pg_stat_user_tables"
        " where schemaname in ('raw', 'ops', 'reference', 'intermediate', 'marts')"
        " union all select schemaname, viewname from pg_views where schemaname = 'staging'"
    )
    assert {schema for schema, _ in hidden} == set(SCHEMAS) - {"bi"}
    for schema, table in hidden:
        with platform.connect("reader") as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute(f'select 1 from "{schema}"."{table}" limit 1')


def test_no_canary_landed_anywhere(platform: Platform) -> None:
    """No planted identity in any table, log, check result, export or mail."""
    needles = set()
    for line in (platform.truth() / "canaries.jsonl").read_text(encoding="utf-8").splitlines():
        needles |= {needle.casefold() for needle in json.loads(line)["needles"]}
    assert len(needles) > 50
    # longest first, because short needles are parts of long ones; one expression, so that everything is read once
    any_needle = re.compile("|".join(map(re.escape, sorted(needles, key=len, reverse=True))))
    found = []
    for database in ("mcu", "airflow", "superset"):
        with platform.connect("admin", database) as conn:
            tables = conn.execute(
                "select schemaname, tablename from pg_tables"
                " where schemaname not in ('pg_catalog', 'information_schema')"
            ).fetchall()
            for schema, name in tables:
                with conn.cursor("rows") as rows:
                    rows.execute(f'select t::text from "{schema}"."{name}" as t')
                    found += [(name, hit.group()) for (row,) in rows for hit in any_needle.finditer(row.casefold())]
    places = ("logs", "mail", "publications", "dbt", "airflow", "superset", "run")
    files = [p for place in places for p in (platform.var / place).rglob("*")] + [
        platform.var / "postgres/postgres.log"
    ]
    for path in files:
        if path.is_file():
            bodies = [path.read_bytes()]
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    bodies = [archive.read(name) for name in archive.namelist()]
            text = b" ".join(bodies).decode("utf-8", "ignore").casefold()
            found += [(str(path), hit.group()) for hit in any_needle.finditer(text)]
    assert found == []


def test_again_adds_no_row_anywhere(platform: Platform) -> None:
    """A second demonstration, and each DAG once more by hand."""
    before, letters = platform.counts(), len(_digests(platform))
    platform.demo()
    for dag_id in ("ingest_pos", "ingest_incident", "ingest_registry", "transform"):
        assert platform.run_dag(dag_id) == "success"
    assert platform.run_dag("publish_indicators", {"month": "2026-10"}) == "success"
    assert platform.run_dag("publish_deadline_digest") == "success"
    after = platform.counts()
    assert {t: (before.get(t), n) for t, n in after.items() if before.get(t) != n} == {}
    assert len(_digests(platform)) == letters


def test_a_broken_source_raises_one_alert_and_does_not_hold_up_the_others(platform: Platform) -> None:
    mails = len(platform.mails())
    bearer = {"Authorization": f"Bearer {platform.secret('city_token')}"}
    fault = {"kind": "500", "times": 1_000}
    assert http.post(f"{platform.city_url}/pos/_fault", json=fault, headers=bearer, timeout=30).ok
    for _ in range(2):
        assert platform.run_dag("ingest_pos") == "failed"
    assert platform.run_dag("ingest_registry") == "success"
    sent = platform.mails()[mails:]
    assert len(sent) == 1  # one alert for one cause
    heal = {"kind": "500", "times": 0}
    assert http.post(f"{platform.city_url}/pos/_fault", json=heal, headers=bearer, timeout=30).ok
    assert platform.run_dag("ingest_pos") == "success"
    assert len(platform.mails()) == mails + 2  # and one that it works again


def test_a_refused_file_is_stored_and_raises_an_alert(platform: Platform) -> None:
    mails = len(platform.mails())
    (platform.var / "inbox" / "incident" / "not_a_workbook.xlsx").write_bytes(b"this is no workbook")
    platform.run_dag("ingest_incident")
    refused = platform.query(
        "select message, file_kept from ops.loads where status = 'refused' and file_name = 'not_a_workbook.xlsx'"
    )
    assert len(refused) == 1 and re.search("[а-я]{4}", refused[0][0])
    assert not (platform.var / "inbox" / "incident" / "not_a_workbook.xlsx").exists()
    assert len(platform.mails()) == mails + 1


def test_explain_names_rule_and_due_time(platform: Platform) -> None:
    ((ref,),) = platform.query(
        "select record_ref from marts.fct_feedback f join marts.fct_deadlines d using (feedback_key)"
        " where f.source_slug = 'registry' and d.stage = 'final' order by 1 limit 1"
    )
    shown = platform.mcu("explain", ref).stdout
    assert "59-ФЗ" in shown and "ст. 12" in shown and re.search(r"\d\d\.\d\d\.\d{4}", shown)


def test_memory_stays_under_eight_gigabytes(platform: Platform) -> None:
    """The peak while the demonstration ran."""
    peak = max(platform.peak_bytes, platform.memory())
    print(f"peak memory: {peak / 2**30:.1f} GiB")
    assert 2**29 < peak < 8 * 2**30


def test_nothing_listens_beyond_this_machine(platform: Platform) -> None:
    sessions = {json.loads(path.read_text())["session"] for path in (platform.var / "run").glob("*.json")}
    listening = {
        (psutil.Process(c.pid).name(), c.laddr.ip, c.laddr.port)
        for c in psutil.net_connections("tcp")
        if c.status == psutil.CONN_LISTEN and c.pid and os.getsid(c.pid) in sessions
    }
    assert len(listening) >= 4 and {ip for _, ip, _ in listening} <= {"127.0.0.1", "::1"}, listening


def test_dbt_finds_every_source_fresh(platform: Platform) -> None:
    command = [Path(sys.executable).with_name("mcu-dbt"), "source", "freshness"]
    done = subprocess.run(command, cwd=platform.home, env=platform.env, text=True, capture_output=True, timeout=300)
    assert done.returncode == 0 and done.stdout.count("PASS freshness") == len(all_sources()), done.stdout

from kpcare.logging import withhold_personal_data


def test_values_under_personal_keys_do_not_reach_the_log():
    event = withhold_personal_data(None, "info", {"event": "matched", "mrn": "000000018", "member_id": "5f0c"})

    assert event == {"event": "matched", "mrn": "[withheld]", "member_id": "5f0c"}


def test_postgres_detail_lines_which_quote_the_row_are_cut():
    text = "IntegrityError: duplicate key\nDETAIL:  Key (mrn)=(000000018) already exists.\nmore"

    event = withhold_personal_data(None, "error", {"event": "failed", "exception": text})

    assert "000000018" not in event["exception"]
    assert event["exception"].endswith("more")


def test_a_request_is_one_line_and_whom_somebody_looked_for_is_not_in_it(client, db, caplog):
    with caplog.at_level("INFO"):
        client.get("/api/v1/members/", {"q": "Rivera 1970-05-04"})

    lines = [str(record.msg) for record in caplog.records if "request_" in str(record.msg)]
    assert len(lines) == 1
    assert "GET /api/v1/members/" in lines[0] and "'code': 401" in lines[0]
    assert "Rivera" not in caplog.text and "1970" not in caplog.text

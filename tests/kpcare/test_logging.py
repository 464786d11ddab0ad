from kpcare.logging import withhold_personal_data


def test_values_under_personal_keys_do_not_reach_the_log():
    event = withhold_personal_data(None, "info", {"event": "matched", "mrn": "000000018", "member_id": "5f0c"})

    assert event == {"event": "matched", "mrn": "[withheld]", "member_id": "5f0c"}


def test_postgres_detail_lines_which_quote_the_row_are_cut():
    text = "IntegrityError: duplicate key\nDETAIL:  Key (mrn)=(000000018) already exists.\nmore"

    event = withhold_personal_data(None, "error", {"event": "failed", "exception": text})

    assert "000000018" not in event["exception"]
    assert event["exception"].endswith("more")

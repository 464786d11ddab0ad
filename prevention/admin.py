from core.adminbase import register_app

register_app(
    "prevention",
    holds_charts=True,
    permission="prevention.view_quality",
    permissions={"ResultsStanding": "core.view_platform"},
    reference=("AreaDeprivation", "SupportingDataTable", "VaccineProduct"),
)

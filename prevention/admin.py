from core.adminbase import register_app

register_app(
    "prevention",
    holds_charts=True,
    permission="prevention.view_quality",
    reference=("AreaDeprivation", "SupportingDataTable", "VaccineProduct"),
)

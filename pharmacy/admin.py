from core.adminbase import register_app

register_app(
    "pharmacy",
    holds_charts=True,
    permission="pharmacy.view_queue",
    reference=("Ingredient", "ClinicalDrug", "DrugProduct", "InteractionRule"),
)

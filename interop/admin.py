from core.adminbase import register_app

register_app("interop", permission="interop.view_runs")

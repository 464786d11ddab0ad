from core.adminbase import register_app

register_app("labs", holds_charts=True, permission="labs.view_bench")

from core.adminbase import register_app

register_app("clinical", holds_charts=True)

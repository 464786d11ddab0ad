from core.adminbase import register_app

register_app("pharmacy", holds_charts=True)

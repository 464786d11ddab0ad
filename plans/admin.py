from core.adminbase import register_app

register_app("plans")

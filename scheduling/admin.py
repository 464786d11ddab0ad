from core.adminbase import register_app

register_app("scheduling", permission="scheduling.view_schedule")

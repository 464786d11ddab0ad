from core.adminbase import register_app

register_app("hospitals", holds_charts=True, permission="hospitals.view_board")

"""Plan rates: how a health plan is measured, beside the clinical rates of the same measures.

A clinical rate asks about people who were seen; a plan rate about everybody whom the plan covered long enough, seen or
not. The definitions stand in `definitions`, the counting in `count`, the job that does both in `job`.
"""

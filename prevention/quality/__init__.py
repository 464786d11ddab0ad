"""The quality director's half of prevention: rates by group, goals, improvement projects, guidelines.

`strata` says by what people are told apart, `count` counts each share of the nightly run, `merge` writes what pages
read, `suppression` hides small cells. Pages read stored rows only.
"""

"""Of which episodes a step may be taken on a day: the others are left alone before anything else is asked of them.

On most nights nearly all episodes wait for the day of their next step. `n` is where an episode stands, `s` a step that
is still to come. Those whose last step is so long ago that an address is to be looked for are chosen as well.
"""

DAY_HAS_COME = """
CASE WHEN n.last_at IS NULL THEN e.entered_at + make_interval(days => n.first_after)
    ELSE n.last_at + make_interval(days => greatest(s.after_days - n.last_after, 1)) END <= %(at)s
"""
LONG_SILENT = """
%(at)s > greatest(e.entered_at, n.last_at) + (SELECT make_interval(days => max(s.after_days) + 30)
    FROM prevention_campaignstep s WHERE s.campaign_id = e.campaign_id)
"""
STEPPING = f"""
CREATE TEMPORARY TABLE po_stepping ON COMMIT DROP AS
SELECT e.member_id, e.gap_id, e.campaign_id, e.wording, e.score, e.entered_at, n.*
FROM prevention_outreachepisode e
CROSS JOIN LATERAL (
    SELECT max(r.step) FILTER (WHERE r.created_at >= e.entered_at) AS step,
        max(r.created_at) FILTER (WHERE r.created_at >= e.entered_at) AS last_at,
        coalesce(max(r.step) FILTER (WHERE r.created_at < e.entered_at), 0) AS base
    FROM prevention_reminder r WHERE r.gap_id = e.gap_id
) l
LEFT JOIN prevention_campaignstep b ON b.campaign_id = e.campaign_id AND b.number = l.step - l.base
CROSS JOIN LATERAL (
    SELECT l.base, l.last_at, coalesce(l.step - l.base, 0) AS last_step, coalesce(b.after_days, 0) AS last_after,
        (SELECT min(s.after_days) FROM prevention_campaignstep s WHERE s.campaign_id = e.campaign_id) AS first_after
) n
WHERE {{e}} AND e.stopped_at IS NULL AND e.arm = 'outreach' AND (
    EXISTS (SELECT FROM prevention_campaignstep s
        WHERE s.campaign_id = e.campaign_id AND s.number > n.last_step AND {DAY_HAS_COME})
    OR {LONG_SILENT})
"""

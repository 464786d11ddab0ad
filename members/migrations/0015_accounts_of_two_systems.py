"""An account may be of two systems: a member of one who accepted a role at another, staff of both, a proxy of either.

* `members_account_systems`: the systems whose members' records an account opens, or opened. Whoever closes an account
  elsewhere closes these too, and row-level security hides them from who only manages access.
* `members_entry_is_of`: whether an entry about no member, in the access log or among messages, is a system's to see.
  Of an account that was never of another system all are. Of any other those that it made while it was of this system
  alone, or in a role that it held here; its sign-ins from the day on that it is of this system; and what names an
  organisation is that organisation's. Else the second system's auditors would read what the first's people do there.
"""

from django.db import migrations

FUNCTIONS = r"""
CREATE OR REPLACE FUNCTION members_account_systems(account uuid, from_day date) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT m.managing_organization_id FROM members_member m WHERE m.user_id = account
    UNION
    SELECT m.managing_organization_id FROM members_proxy p JOIN members_member m ON m.id = p.member_id
    WHERE p.user_id = account AND p.period && daterange(from_day, NULL)
$$;

CREATE OR REPLACE FUNCTION members_entry_is_of(
    systems uuid[], account uuid, made_at timestamptz, as_role text, verb text, detail jsonb
) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    WITH home AS (
        SELECT bool_or(s = ANY (systems)) AS here, bool_or(s <> ALL (systems)) AS elsewhere
        FROM members_account_systems(account, NULL) AS s
    ), held AS (
        SELECT coalesce(o.system_id, o.id) = ANY (systems) AS here, r.role,
            -- A role may be given from an earlier day on; nothing was done in it before it was given.
            r.period @> made_at::date AND made_at >= coalesce(uuid_extract_timestamp(r.id), '-infinity') AS holds
        FROM network_roleassignment r JOIN network_organization o ON o.id = r.organization_id
        WHERE r.user_id = account
    ), then_it_was AS (
        SELECT coalesce(h.here, false) AS is_home, coalesce(h.elsewhere, false) AS is_home_elsewhere,
            EXISTS (SELECT FROM held WHERE NOT here) AS ever_elsewhere,
            EXISTS (SELECT FROM held WHERE NOT here AND holds) AS works_elsewhere,
            EXISTS (SELECT FROM held WHERE here AND holds) AS works_here,
            EXISTS (
                SELECT FROM held WHERE here AND holds AND role = ANY (string_to_array(as_role, ','))
            ) AS in_role_here
        FROM home h
    )
    SELECT CASE
        WHEN NOT is_home_elsewhere AND NOT ever_elsewhere THEN true
        WHEN detail ->> 'organization' ~ '^[0-9a-f-]{36}$' THEN EXISTS (
            SELECT FROM network_organization o
            WHERE o.id = (detail ->> 'organization')::uuid AND coalesce(o.system_id, o.id) = ANY (systems)
        )
        WHEN NOT is_home_elsewhere AND NOT works_elsewhere THEN is_home OR works_here
        WHEN verb IN ('core.sign_in', 'core.sign_out') THEN is_home OR works_here
        WHEN as_role = '' THEN is_home
        WHEN NOT in_role_here THEN false
        -- Nurse here and there: the members of a list say whose nurse made it.
        WHEN detail ? 'members' THEN EXISTS (
            SELECT FROM jsonb_array_elements_text(detail -> 'members') AS l (id)
            JOIN members_member m ON m.id = l.id::uuid WHERE m.managing_organization_id = ANY (systems)
        )
        ELSE true
    END IS TRUE
    FROM then_it_was
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0014_merges_move_no_access"), ("network", "0002_role_offers")]
    operations = [
        migrations.RunSQL(
            FUNCTIONS,
            "DROP FUNCTION IF EXISTS members_entry_is_of(uuid[], uuid, timestamptz, text, text, jsonb); "
            "DROP FUNCTION IF EXISTS members_account_systems(uuid, date);",
        ),
    ]

-- What a console asks for next goes with the step in front of it: a ticket with the console and with the hunter, and what he keeps of
-- others with the claim (docs/decisions/0141-what-goes-together.md). Each is still one statement; the steps inside are those
-- of 0011.
--
-- A ticket that is behind a log-in already is not made again, and null says so: the answer of the first was lost.
CREATE FUNCTION add_ticket(new_hash text, of_login uuid, console uuid, hunter text, by_node uuid, lasting interval)
RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
  until timestamptz;
BEGIN
  INSERT INTO tickets (hash, login, console_id, capcom_id, issued_by, expires_at)
  SELECT new_hash, of_login, console, hunter, by_node, clock_timestamp() + lasting
  WHERE NOT EXISTS (SELECT FROM tickets t WHERE t.hash = new_hash) RETURNING expires_at INTO until;
  RETURN until;
END $$;--> statement-breakpoint
CREATE FUNCTION identify_and_issue(code text, drawn boolean, media text, by_node uuid, of_source text,
  node_limit integer, source_limit integer, new_hash text, of_login uuid, lasting interval)
RETURNS jsonb LANGUAGE plpgsql SET lock_timeout = '3s' SET plan_cache_mode = 'force_generic_plan' AS $$
DECLARE
  found jsonb;
BEGIN
  found := identify_console(code, drawn, media, by_node, of_source, node_limit, source_limit);
  IF new_hash IS NULL OR found ->> 'consoleId' IS NULL THEN
    RETURN found;
  END IF;
  RETURN found || jsonb_build_object('ticketUntil',
    add_ticket(new_hash, of_login, (found ->> 'consoleId')::uuid, NULL, by_node, lasting));
END $$;--> statement-breakpoint
CREATE FUNCTION choose_and_issue(console uuid, of_slot integer, new_name bytea, readings jsonb, is_new boolean, drawn text,
  by_node uuid, of_source text, node_limit integer, source_limit integer, new_hash text, of_login uuid, lasting interval)
RETURNS jsonb LANGUAGE plpgsql SET lock_timeout = '3s' SET plan_cache_mode = 'force_generic_plan' AS $$
DECLARE
  chosen jsonb;
BEGIN
  chosen := choose_hunter(console, of_slot, new_name, readings, is_new, drawn, by_node, of_source, node_limit, source_limit);
  IF new_hash IS NULL OR chosen ->> 'capcomId' IS NULL THEN
    RETURN chosen;
  END IF;
  RETURN chosen || jsonb_build_object('ticketUntil',
    add_ticket(new_hash, of_login, console, chosen ->> 'capcomId', by_node, lasting));
END $$;--> statement-breakpoint
-- Under the player's lock, which every change of these takes too.
CREATE FUNCTION acquaintances_of(hunter text, requests_at_most integer) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  RETURN jsonb_build_object(
    'friends', (SELECT coalesce(jsonb_agg(acquaintance(p) ORDER BY f.place), '[]')
      FROM friends f JOIN players p ON p.capcom_id = f.friend WHERE f.owner = hunter),
    'blacklist', (SELECT coalesce(jsonb_agg(acquaintance(p) ORDER BY b.place), '[]')
      FROM blacklist b JOIN players p ON p.capcom_id = b.blocked WHERE b.owner = hunter),
    'requests', (SELECT coalesce(jsonb_agg(jsonb_build_object('number', r.number, 'from', acquaintance(p),
        'message', jsonb_build_object('info', base64(r.info), 'text', base64(r.text))) ORDER BY r.number), '[]')
      FROM (SELECT * FROM friend_requests WHERE asked = hunter ORDER BY number LIMIT requests_at_most) r
      JOIN players p ON p.capcom_id = r.asker),
    'deniesRequests', (SELECT p.denies_requests FROM players p WHERE p.capcom_id = hunter));
END $$;--> statement-breakpoint
-- The claim holds the player's lock until the statement ends: nothing comes between it and what is read here.
CREATE FUNCTION claim_and_read(shown text, by_node uuid, by_epoch integer, by_attempt uuid, requests_at_most integer)
RETURNS jsonb LANGUAGE plpgsql SET lock_timeout = '3s' SET plan_cache_mode = 'force_generic_plan' AS $$
DECLARE
  claimed jsonb;
BEGIN
  claimed := claim_session(shown, by_node, by_epoch, by_attempt);
  IF claimed ->> 'capcomId' IS NULL THEN
    RETURN claimed;
  END IF;
  RETURN claimed || jsonb_build_object('acquaintances', acquaintances_of(claimed ->> 'capcomId', requests_at_most));
END $$;--> statement-breakpoint
CREATE OR REPLACE FUNCTION read_acquaintances(hunter text, by_node uuid, by_epoch integer, by_fence bigint, requests_at_most integer)
RETURNS jsonb LANGUAGE plpgsql SET lock_timeout = '3s' SET plan_cache_mode = 'force_generic_plan' AS $$
DECLARE
  lease leases;
  doubt jsonb;
BEGIN
  PERFORM capcom_id FROM players WHERE capcom_id = hunter FOR NO KEY UPDATE;
  SELECT * INTO lease FROM leases WHERE capcom_id = hunter FOR NO KEY UPDATE;
  PERFORM id FROM nodes WHERE id = by_node FOR SHARE;
  doubt := epoch_in_doubt(by_node, by_epoch);
  IF doubt IS NOT NULL THEN
    RETURN doubt;
  ELSIF (lease.node_id = by_node AND lease.epoch = by_epoch AND lease.fence = by_fence) IS NOT TRUE THEN
    RETURN jsonb_build_object('refused', 'fence_lost', 'fence', lease.fence);
  END IF;
  RETURN acquaintances_of(hunter, requests_at_most);
END $$;

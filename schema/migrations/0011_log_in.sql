-- The steps of a log-in, each as one statement of central's: one round trip, and no transaction to open and to close
-- (docs/decisions/0138-one-statement-a-step.md). The rules are those of docs/locking.md: each statement in here has a
-- snapshot of its own, so that a look behind a lock sees what the lock has waited for.
--
-- Each step gives JSON. With `refused` (a problem's code), `node`, `ban` or `taken` in it nothing has been written. A
-- refusal behind a write is raised, so that the write goes with it. Rows are found by their keys: one plan serves for all.
CREATE FUNCTION base64(bytes bytea) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN translate(encode(bytes, 'base64'), E'\n', '');--> statement-breakpoint
CREATE FUNCTION refuse(answer jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'refused' USING ERRCODE = 'CG001', DETAIL = answer::text;
END $$;--> statement-breakpoint
-- Whether the database is not where its incarnation began. One look at a file of the cluster; no row is locked.
CREATE FUNCTION database_moved() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  RETURN (SELECT m.fingerprint IS DISTINCT FROM citygate_fingerprint() FROM meta m);
END $$;--> statement-breakpoint
-- Whether a lease may have run out while nobody could renew it. A node calls three times in a lease; so half a lease
-- without any call is longer than nodes that reach central leave it alone, and shorter than what is left of a lease.
-- 10 s: two beats of the heartbeat. 30 s: half a lease of the usual length, where no node is known.
CREATE FUNCTION central_was_away() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  beat timestamptz := (SELECT h.at FROM heartbeat h);
BEGIN
  IF beat > clock_timestamp() - interval '10 s' THEN
    RETURN false;
  END IF;
  RETURN beat + coalesce(
    (SELECT max(e.expires_at - e.renewed_at) / 2 FROM node_epochs e WHERE e.renewed_at >= beat - interval '10 s'),
    interval '30 s') < clock_timestamp();
END $$;--> statement-breakpoint
-- What decides about an epoch of a node, where it may not decide; null where it may. Under the node's lock.
CREATE FUNCTION epoch_in_doubt(of_node uuid, told integer) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  node record;
BEGIN
  SELECT n.id, n.newest_epoch AS newest, n.epoch_floor AS floor, database_moved() AS moved, central_was_away() AS away
  INTO node FROM nodes n WHERE n.id = of_node;
  IF node.newest = told AND told > node.floor AND NOT node.moved AND NOT node.away THEN
    RETURN NULL;
  END IF;
  RETURN jsonb_build_object('node', CASE WHEN node.id IS NOT NULL THEN to_jsonb(node) END);
END $$;--> statement-breakpoint
-- Writes the hunter as he stands now into his history, under a version of its own.
CREATE FUNCTION keep_version(of_hunter text, by_actor text, by_change text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO player_history (capcom_id, version, actor, change, name, settings)
  SELECT p.capcom_id, p.version, by_actor, by_change, p.name, p.settings FROM players p WHERE p.capcom_id = of_hunter;
END $$;--> statement-breakpoint
-- The used slots of a console, in order.
CREATE FUNCTION slots_of(console uuid) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  RETURN (SELECT coalesce(
      jsonb_agg(jsonb_build_object('slot', p.slot, 'capcomId', p.capcom_id, 'name', base64(p.name)) ORDER BY p.slot), '[]')
    FROM players p WHERE p.console_id = console);
END $$;--> statement-breakpoint
-- Whether a game server has no place for this hunter: players that live nodes hold there, and travellers on the way,
-- without him. Only where all who were there last would fill it is it asked which of them are there still.
CREATE FUNCTION is_full(of_server integer, capacity integer, hunter text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM leases l WHERE l.server_id = of_server)
    + (SELECT count(*) FROM seats s WHERE s.server_id = of_server) < capacity THEN
    RETURN false;
  END IF;
  RETURN capacity <= (SELECT count(*) FROM (
    SELECT l.capcom_id FROM leases l
    JOIN nodes n ON n.id = l.node_id AND n.newest_epoch = l.epoch
    JOIN node_epochs e ON e.node_id = l.node_id AND e.epoch = l.epoch AND e.expires_at > clock_timestamp()
    WHERE l.server_id = of_server AND l.capcom_id <> hunter
    UNION
    SELECT s.capcom_id FROM seats s
    WHERE s.server_id = of_server AND s.expires_at > clock_timestamp() AND s.capcom_id <> hunter) expected);
END $$;--> statement-breakpoint
-- Where a traveller would go: `nodeId` and `address`. Under the server's lock.
CREATE FUNCTION room_for(hunter text, of_server integer) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  server record;
BEGIN
  SELECT s.name, s.capacity, n.id AS node, e.fmp AS address, e.draining INTO server
  FROM servers s
  LEFT JOIN nodes n ON n.id = s.node_id
  LEFT JOIN node_epochs e ON e.node_id = n.id AND e.epoch = n.newest_epoch AND e.epoch = s.epoch
    AND e.expires_at > clock_timestamp()
  WHERE s.id = of_server;
  IF NOT FOUND THEN
    RETURN jsonb_build_object('refused', 'server_not_found');
  ELSIF server.address IS NULL THEN
    RETURN jsonb_build_object('refused', 'server_down', 'detail', format('No node carries %s now.', server.name));
  ELSIF server.draining THEN
    RETURN jsonb_build_object('refused', 'server_down', 'detail', format('%s is being emptied.', server.name));
  ELSIF is_full(of_server, server.capacity, hunter) THEN
    RETURN jsonb_build_object('refused', 'server_full');
  END IF;
  RETURN jsonb_build_object('nodeId', server.node, 'address', server.address);
END $$;--> statement-breakpoint
-- Keeps a place for a traveller, and gives its end. He has one seat: a later one replaces it.
CREATE FUNCTION keep_seat(hunter text, of_server integer, lasting interval) RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
  until timestamptz := clock_timestamp() + lasting;
BEGIN
  INSERT INTO seats (capcom_id, server_id, expires_at) VALUES (hunter, of_server, until)
  ON CONFLICT (capcom_id) DO UPDATE SET server_id = of_server, expires_at = until;
  RETURN until;
END $$;--> statement-breakpoint
-- Counts one creation. All of a node's meet at one row: the last lock of its transaction. Of a place, all entry nodes are
-- counted together; the hash that the node made is hashed once more, with what only this database knows. 0 is no limit.
CREATE FUNCTION count_creation(of_kind text, by_node uuid, of_source text, node_limit integer, source_limit integer)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  this_hour timestamptz := date_trunc('hour', clock_timestamp());
  place text := (SELECT encode(sha256(convert_to(m.incarnation::text || of_source, 'UTF8')), 'hex') FROM meta m);
  of_node integer;
BEGIN
  WITH counted AS (
    INSERT INTO creations (hour, node_id, kind, source, made)
    SELECT this_hour, by_node, of_kind, whose.source, 1
    FROM (SELECT place AS source WHERE place IS NOT NULL UNION ALL SELECT '') whose ORDER BY whose.source DESC
    ON CONFLICT (hour, node_id, kind, source) DO UPDATE SET made = creations.made + 1
    RETURNING source, made)
  SELECT c.made INTO of_node FROM counted c WHERE c.source = '';
  -- Of the operator's own node nothing is asked.
  IF node_limit > 0 AND of_node > node_limit AND NOT (SELECT n.own_machine FROM nodes n WHERE n.id = by_node) THEN
    PERFORM refuse(jsonb_build_object('refused', 'too_many_new',
      'detail', format('This node has created its %s of this hour.', node_limit)));
  END IF;
  IF place IS NULL OR source_limit = 0 THEN
    RETURN;
  END IF;
  IF (SELECT sum(c.made) FROM creations c WHERE c.hour = this_hour AND c.kind = of_kind AND c.source = place) > source_limit THEN
    PERFORM refuse(jsonb_build_object('refused', 'too_many_new',
      'detail', format('%s of this hour have come from there.', source_limit)));
  END IF;
END $$;--> statement-breakpoint
-- The console of a support code. A code that was never seen is adopted; one that central has just drawn must be free, and
-- `taken` says that it is not. Nothing is decided by the row, so the update is its own lock; of two who bring the same
-- new code at once the unique code makes one console.
CREATE FUNCTION identify_console(code text, drawn boolean, media text, by_node uuid, of_source text,
  node_limit integer, source_limit integer) RETURNS jsonb LANGUAGE plpgsql SET lock_timeout = '3s' SET plan_cache_mode = 'force_generic_plan' AS $$
DECLARE
  console uuid;
BEGIN
  IF NOT drawn THEN
    UPDATE consoles SET media_version = media, last_login_at = clock_timestamp() WHERE support_code = code RETURNING id INTO console;
  END IF;
  IF console IS NULL THEN
    INSERT INTO consoles (support_code, media_version) VALUES (code, media)
    ON CONFLICT (support_code) DO NOTHING RETURNING id INTO console;
    IF FOUND THEN
      PERFORM count_creation('console', by_node, of_source, node_limit, source_limit);
      RETURN jsonb_build_object('consoleId', console, 'created', true, 'slots', '[]'::jsonb);
    ELSIF drawn THEN
      RETURN jsonb_build_object('taken', true);
    END IF;
    UPDATE consoles SET media_version = media, last_login_at = clock_timestamp() WHERE support_code = code RETURNING id INTO STRICT console;
  END IF;
  RETURN jsonb_build_object('consoleId', console, 'created', false, 'slots', slots_of(console));
END $$;--> statement-breakpoint
-- The hunter of a slot, or a new one in a free slot, whose id is drawn: `taken` says that somebody has it. `readings` has
-- the name's text and its folded form, by the console's medium where that decides, else under ''.
CREATE FUNCTION choose_hunter(console uuid, of_slot integer, new_name bytea, readings jsonb, is_new boolean, drawn text,
  by_node uuid, of_source text, node_limit integer, source_limit integer)
RETURNS jsonb LANGUAGE plpgsql SET lock_timeout = '3s' SET plan_cache_mode = 'force_generic_plan' AS $$
DECLARE
  medium text;
  reading jsonb;
  known record;
BEGIN
  SELECT media_version INTO medium FROM consoles WHERE id = console FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN jsonb_build_object('refused', 'console_not_found');
  END IF;
  reading := coalesce(readings -> medium, readings -> '');
  SELECT p.capcom_id, p.name INTO known FROM players p WHERE p.console_id = console AND p.slot = of_slot;
  IF NOT FOUND THEN
    IF NOT is_new THEN
      RETURN jsonb_build_object('refused', 'slot_empty');
    ELSIF new_name IS NULL THEN
      RETURN jsonb_build_object('refused', 'bad_request');
    END IF;
    INSERT INTO players (capcom_id, console_id, slot, name, name_text, name_folded)
    VALUES (drawn, console, of_slot, new_name, reading ->> 'text', reading ->> 'folded') ON CONFLICT (capcom_id) DO NOTHING;
    IF NOT FOUND THEN
      RETURN jsonb_build_object('taken', true);
    END IF;
    INSERT INTO leases (capcom_id) VALUES (drawn) ON CONFLICT (capcom_id) DO NOTHING;
    PERFORM keep_version(drawn, 'node:' || by_node, 'created');
    PERFORM count_creation('hunter', by_node, of_source, node_limit, source_limit);
    RETURN jsonb_build_object('capcomId', drawn, 'name', base64(new_name), 'created', true);
  END IF;
  -- Asked twice for the same new hunter: the first answer was lost.
  IF is_new AND new_name IS DISTINCT FROM known.name THEN
    RETURN jsonb_build_object('refused', 'slot_taken');
  END IF;
  -- The console's own word: whoever holds the hunter learns the name with the next claim.
  IF new_name <> known.name THEN
    PERFORM capcom_id FROM players WHERE capcom_id = known.capcom_id FOR NO KEY UPDATE;
    PERFORM capcom_id FROM leases WHERE capcom_id = known.capcom_id FOR NO KEY UPDATE;
    UPDATE players SET name = new_name, name_text = reading ->> 'text', name_folded = reading ->> 'folded', version = version + 1
    WHERE capcom_id = known.capcom_id;
    PERFORM keep_version(known.capcom_id, 'node:' || by_node, 'name');
  END IF;
  RETURN jsonb_build_object('capcomId', known.capcom_id, 'name', base64(coalesce(new_name, known.name)), 'created', false);
END $$;--> statement-breakpoint
CREATE FUNCTION issue_ticket(new_hash text, of_login uuid, console uuid, hunter text, by_node uuid, lasting interval)
RETURNS jsonb LANGUAGE plpgsql SET lock_timeout = '3s' SET plan_cache_mode = 'force_generic_plan' AS $$
DECLARE
  until timestamptz;
BEGIN
  IF NOT EXISTS (SELECT FROM consoles c WHERE c.id = console) THEN
    RETURN jsonb_build_object('refused', 'console_not_found');
  ELSIF hunter IS NOT NULL AND NOT EXISTS (SELECT FROM players p WHERE p.capcom_id = hunter AND p.console_id = console) THEN
    RETURN jsonb_build_object('refused', 'player_not_found');
  END IF;
  INSERT INTO tickets (hash, login, console_id, capcom_id, issued_by, expires_at)
  VALUES (new_hash, of_login, console, hunter, by_node, clock_timestamp() + lasting) RETURNING expires_at INTO until;
  RETURN jsonb_build_object('expiresAt', until);
END $$;--> statement-breakpoint
-- The log-in behind a ticket. The console has shown it: older ones of the log-in end, and its time in transit begins anew.
CREATE FUNCTION read_ticket(shown text, lasting interval) RETURNS jsonb LANGUAGE plpgsql SET lock_timeout = '3s' SET plan_cache_mode = 'force_generic_plan' AS $$
DECLARE
  ticket tickets;
BEGIN
  PERFORM hash FROM tickets WHERE login = (SELECT login FROM tickets WHERE hash = shown) ORDER BY hash FOR UPDATE;
  SELECT * INTO ticket FROM tickets WHERE hash = shown AND (expires_at IS NULL OR expires_at > clock_timestamp());
  IF NOT FOUND THEN
    RETURN jsonb_build_object('refused', 'ticket_unknown');
  END IF;
  DELETE FROM tickets WHERE login = ticket.login AND serial < ticket.serial;
  -- A held ticket has no end.
  UPDATE tickets SET expires_at = clock_timestamp() + lasting WHERE hash = shown AND expires_at IS NOT NULL;
  RETURN jsonb_build_object('login', ticket.login, 'consoleId', ticket.console_id, 'capcomId', ticket.capcom_id,
    'slots', slots_of(ticket.console_id));
END $$;--> statement-breakpoint
-- The console leaves online mode: every ticket of its log-in that no node holds ends.
CREATE FUNCTION end_ticket(shown text) RETURNS jsonb LANGUAGE plpgsql SET lock_timeout = '3s' SET plan_cache_mode = 'force_generic_plan' AS $$
BEGIN
  PERFORM hash FROM tickets WHERE login = (SELECT login FROM tickets WHERE hash = shown) ORDER BY hash FOR UPDATE;
  DELETE FROM tickets WHERE login = (SELECT login FROM tickets WHERE hash = shown) AND expires_at IS NOT NULL;
  RETURN '{}';
END $$;--> statement-breakpoint
-- A server choice at LMP, where the console asks for a spare and for the best: the one before stays armed.
CREATE FUNCTION arm_ticket(shown text, of_server integer, lasting interval, seat_lasting interval)
RETURNS jsonb LANGUAGE plpgsql SET lock_timeout = '3s' SET plan_cache_mode = 'force_generic_plan' AS $$
DECLARE
  ticket tickets;
  room jsonb;
  spare jsonb;
BEGIN
  SELECT * INTO ticket FROM tickets WHERE hash = shown AND (expires_at IS NULL OR expires_at > clock_timestamp()) FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN jsonb_build_object('refused', 'ticket_unknown');
  ELSIF ticket.capcom_id IS NULL THEN
    RETURN jsonb_build_object('refused', 'ticket_without_hunter');
  END IF;
  PERFORM id FROM servers WHERE id = of_server FOR NO KEY UPDATE;
  room := room_for(ticket.capcom_id, of_server);
  IF room ? 'refused' THEN
    RETURN room;
  END IF;
  spare := jsonb_path_query_array(ticket.targets, '$[*] ? (@.serverId != $server)', jsonb_build_object('server', of_server)) -> -1;
  UPDATE tickets SET
    targets = (CASE WHEN spare IS NULL THEN '[]' ELSE jsonb_build_array(spare) END)
      || jsonb_build_object('serverId', of_server, 'nodeId', room -> 'nodeId'),
    expires_at = CASE WHEN expires_at IS NULL THEN NULL ELSE clock_timestamp() + lasting END
  WHERE hash = shown;
  RETURN jsonb_build_object('address', room -> 'address', 'seatUntil', keep_seat(ticket.capcom_id, of_server, seat_lasting));
END $$;--> statement-breakpoint
-- The same by the node that holds the player. Replaces what was armed before.
CREATE FUNCTION arm_session(hunter text, by_node uuid, by_epoch integer, by_fence bigint, of_server integer,
  lasting interval, seat_lasting interval) RETURNS jsonb LANGUAGE plpgsql SET lock_timeout = '3s' SET plan_cache_mode = 'force_generic_plan' AS $$
DECLARE
  seen record;
  lease leases;
  ticket tickets;
  room jsonb;
  until timestamptz;
  doubt jsonb;
BEGIN
  SELECT l.login INTO seen FROM leases l WHERE l.capcom_id = hunter;
  IF NOT FOUND THEN
    RETURN jsonb_build_object('refused', 'player_not_found');
  END IF;
  PERFORM hash FROM tickets WHERE login = seen.login ORDER BY hash FOR NO KEY UPDATE;
  SELECT * INTO lease FROM leases WHERE capcom_id = hunter FOR NO KEY UPDATE;
  -- The locked log-in is the lease's: another claim since the first look has risen the fence.
  IF (lease.node_id = by_node AND lease.epoch = by_epoch AND lease.fence = by_fence AND lease.login = seen.login) IS NOT TRUE THEN
    RETURN jsonb_build_object('refused', 'fence_lost', 'fence', lease.fence);
  END IF;
  SELECT * INTO ticket FROM tickets WHERE login = lease.login ORDER BY serial DESC LIMIT 1;
  IF NOT FOUND THEN
    RETURN jsonb_build_object('refused', 'ticket_unknown');
  END IF;
  PERFORM id FROM servers WHERE id = of_server FOR NO KEY UPDATE;
  room := room_for(hunter, of_server);
  IF room ? 'refused' THEN
    RETURN room;
  END IF;
  until := keep_seat(hunter, of_server, seat_lasting);
  PERFORM id FROM nodes WHERE id = by_node FOR SHARE;
  doubt := epoch_in_doubt(by_node, by_epoch);
  IF doubt IS NOT NULL THEN
    PERFORM refuse(doubt);
  END IF;
  UPDATE tickets SET targets = jsonb_build_array(jsonb_build_object('serverId', of_server, 'nodeId', room -> 'nodeId')),
    expires_at = CASE WHEN expires_at IS NULL THEN NULL ELSE clock_timestamp() + lasting END
  WHERE hash = ticket.hash;
  RETURN jsonb_build_object('address', room -> 'address', 'seatUntil', until);
END $$;--> statement-breakpoint
-- From now on this node holds the player. Whoever comes with a ticket for him comes from his own console, and takes over
-- from a holder that still lives; `told` is the node that a letter has been written to.
CREATE FUNCTION claim_session(shown text, by_node uuid, by_epoch integer, by_attempt uuid)
RETURNS jsonb LANGUAGE plpgsql SET lock_timeout = '3s' SET plan_cache_mode = 'force_generic_plan' AS $$
DECLARE
  ticket tickets;
  target integer;
  hunter players;
  lease leases;
  ban record;
  server servers;
  seat seats;
  doubt jsonb;
  new_fence bigint;
BEGIN
  PERFORM hash FROM tickets WHERE login = (SELECT login FROM tickets WHERE hash = shown) ORDER BY hash FOR UPDATE;
  SELECT * INTO ticket FROM tickets WHERE hash = shown AND (expires_at IS NULL OR expires_at > clock_timestamp());
  IF NOT FOUND THEN
    RETURN jsonb_build_object('refused', 'ticket_unknown');
  ELSIF ticket.capcom_id IS NULL THEN
    RETURN jsonb_build_object('refused', 'ticket_without_hunter');
  END IF;
  target := (jsonb_path_query_array(ticket.targets, '$[*] ? (@.nodeId == $node).serverId', jsonb_build_object('node', by_node)) -> -1)::integer;
  IF target IS NULL AND by_attempt IS NULL THEN
    RETURN jsonb_build_object('refused', 'ticket_not_armed');
  END IF;
  SELECT * INTO hunter FROM players WHERE capcom_id = ticket.capcom_id FOR NO KEY UPDATE;
  SELECT * INTO lease FROM leases WHERE capcom_id = ticket.capcom_id FOR NO KEY UPDATE;

  -- The ticket is armed no more: the very claim that disarmed it may be asked again, for its answer was lost. Nothing
  -- changes; the hold is told as it stands.
  IF target IS NULL THEN
    PERFORM id FROM nodes WHERE id = by_node FOR SHARE;
    doubt := epoch_in_doubt(by_node, by_epoch);
    IF doubt IS NOT NULL THEN
      RETURN doubt;
    ELSIF (hunter.console_id = ticket.console_id AND lease.attempt = by_attempt AND lease.login = ticket.login
      AND lease.node_id = by_node AND lease.epoch = by_epoch AND lease.server_id IS NOT NULL) IS NOT TRUE THEN
      RETURN jsonb_build_object('refused', 'ticket_not_armed');
    END IF;
    RETURN jsonb_build_object('capcomId', hunter.capcom_id, 'name', base64(hunter.name), 'fence', lease.fence,
      'serverId', lease.server_id, 'settings', base64(hunter.settings), 'told', NULL);
  END IF;

  SELECT b.until, b.reason INTO ban FROM bans b
  WHERE ((b.kind = 'player' AND b.subject = ticket.capcom_id) OR (b.kind = 'console' AND b.subject = ticket.console_id::text))
    AND b.lifted_at IS NULL AND (b.until IS NULL OR b.until > clock_timestamp())
  ORDER BY b.created_at LIMIT 1;
  IF FOUND THEN
    RETURN jsonb_build_object('ban', to_jsonb(ban));
  ELSIF hunter.console_id IS DISTINCT FROM ticket.console_id THEN
    RETURN jsonb_build_object('refused', 'ticket_unknown', 'detail', 'The hunter belongs to another console now.');
  END IF;
  SELECT * INTO server FROM servers WHERE id = target FOR NO KEY UPDATE;
  SELECT * INTO seat FROM seats WHERE capcom_id = hunter.capcom_id AND server_id = target FOR UPDATE;
  PERFORM id FROM nodes WHERE id = by_node FOR SHARE;
  doubt := epoch_in_doubt(by_node, by_epoch);
  IF doubt IS NOT NULL THEN
    RETURN doubt;
  ELSIF (server.node_id = by_node AND server.epoch = by_epoch) IS NOT TRUE THEN
    RETURN jsonb_build_object('refused', 'ticket_not_armed', 'detail', 'This node does not carry the chosen game server any more.');
  -- A seat whose time is over is given once more when there is room.
  ELSIF (seat.expires_at > clock_timestamp()) IS NOT TRUE AND is_full(target, server.capacity, hunter.capcom_id) THEN
    RETURN jsonb_build_object('refused', 'server_full');
  END IF;

  new_fence := greatest(lease.fence, (SELECT m.fence_floor FROM meta m)) + 1;
  -- Whether the holder still lives or not: one who hears of it late lets go all the same.
  IF lease.node_id IS NOT NULL THEN
    INSERT INTO mail (node_id, kind, body)
    VALUES (lease.node_id, 'session-taken', jsonb_build_object('capcomId', hunter.capcom_id, 'fence', lease.fence));
  END IF;
  DELETE FROM tickets WHERE login = ticket.login AND serial < ticket.serial;
  UPDATE tickets SET targets = '[]', expires_at = NULL WHERE hash = shown;
  UPDATE leases SET node_id = by_node, last_node_id = by_node, epoch = by_epoch, fence = new_fence, server_id = target,
    login = ticket.login, claimed_at = clock_timestamp(), attempt = by_attempt
  WHERE capcom_id = hunter.capcom_id;
  DELETE FROM seats WHERE capcom_id = hunter.capcom_id AND server_id = target;
  -- Behind the server's and the node's locks, which a new start of the old holder takes before its presence.
  DELETE FROM presence WHERE capcom_id = hunter.capcom_id AND fence < new_fence;
  RETURN jsonb_build_object('capcomId', hunter.capcom_id, 'name', base64(hunter.name), 'fence', new_fence,
    'serverId', target, 'settings', base64(hunter.settings), 'told', lease.node_id);
END $$;
--> statement-breakpoint
-- Acquaintances of a player: in the order in which they came to be.
CREATE FUNCTION acquaintance(other players) RETURNS jsonb LANGUAGE sql STABLE
RETURN jsonb_build_object('capcomId', other.capcom_id, 'name', base64(other.name));--> statement-breakpoint
-- Everything that a hunter keeps of others, as of one moment: under the lock that every change of these takes too.
CREATE FUNCTION read_acquaintances(hunter text, by_node uuid, by_epoch integer, by_fence bigint, requests_at_most integer)
RETURNS jsonb LANGUAGE plpgsql SET lock_timeout = '3s' SET plan_cache_mode = 'force_generic_plan' AS $$
DECLARE
  denies boolean;
  lease leases;
  doubt jsonb;
BEGIN
  SELECT denies_requests INTO denies FROM players WHERE capcom_id = hunter FOR NO KEY UPDATE;
  SELECT * INTO lease FROM leases WHERE capcom_id = hunter FOR NO KEY UPDATE;
  PERFORM id FROM nodes WHERE id = by_node FOR SHARE;
  doubt := epoch_in_doubt(by_node, by_epoch);
  IF doubt IS NOT NULL THEN
    RETURN doubt;
  ELSIF (lease.node_id = by_node AND lease.epoch = by_epoch AND lease.fence = by_fence) IS NOT TRUE THEN
    RETURN jsonb_build_object('refused', 'fence_lost', 'fence', lease.fence);
  END IF;
  RETURN jsonb_build_object(
    'friends', (SELECT coalesce(jsonb_agg(acquaintance(p) ORDER BY f.place), '[]')
      FROM friends f JOIN players p ON p.capcom_id = f.friend WHERE f.owner = hunter),
    'blacklist', (SELECT coalesce(jsonb_agg(acquaintance(p) ORDER BY b.place), '[]')
      FROM blacklist b JOIN players p ON p.capcom_id = b.blocked WHERE b.owner = hunter),
    'requests', (SELECT coalesce(jsonb_agg(jsonb_build_object('number', r.number, 'from', acquaintance(p),
        'message', jsonb_build_object('info', base64(r.info), 'text', base64(r.text))) ORDER BY r.number), '[]')
      FROM (SELECT * FROM friend_requests WHERE asked = hunter ORDER BY number LIMIT requests_at_most) r
      JOIN players p ON p.capcom_id = r.asker),
    'deniesRequests', denies);
END $$;

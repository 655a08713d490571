-- The steps of 0011 for less work of the database (docs/decisions/0142-cheaper-steps.md). Each function has the signature
-- and the meaning that it had.
--
CREATE TABLE "server_room" (
	"server_id" integer PRIMARY KEY NOT NULL,
	"capacity" integer NOT NULL,
	"places" integer NOT NULL,
	"counted_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "server_room" SET UNLOGGED;--> statement-breakpoint
ALTER TABLE "server_room" SET (fillfactor = 50);--> statement-breakpoint
-- Each step of a log-in changes the end of its ticket: with an index on it every such row would be written into each index.
DROP INDEX "tickets_expiry";--> statement-breakpoint
-- Room on a page for the next version of a row, which then needs no entries in the indexes.
ALTER TABLE "tickets" SET (fillfactor = 70);--> statement-breakpoint
ALTER TABLE "seats" SET (fillfactor = 70);--> statement-breakpoint
ALTER TABLE "creations" SET (fillfactor = 50);--> statement-breakpoint
ALTER TABLE "node_epochs" SET (fillfactor = 50);--> statement-breakpoint
-- Where this database lives, without the table: a connection is to one cluster and one database, and a cluster that is
-- written to changes neither its name nor its line of history while it runs. So it is found once for each connection.
CREATE FUNCTION database_place() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  place text := regexp_replace(citygate_fingerprint(), '/[0-9]+$', '');
BEGIN
  IF NOT pg_is_in_recovery() THEN
    PERFORM set_config('citygate.place', place, false);
  END IF;
  RETURN place;
END $$;--> statement-breakpoint
-- The table is looked at each time: a dump may be played back over the one that was there.
CREATE OR REPLACE FUNCTION database_moved() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  RETURN (SELECT m.fingerprint IS DISTINCT FROM
      concat(coalesce(nullif(current_setting('citygate.place', true), ''), database_place()), '/', m.tableoid)
    FROM meta m);
END $$;--> statement-breakpoint
-- One look where all is well, which is nearly always. A heartbeat of the last 10 s is no absence.
CREATE OR REPLACE FUNCTION epoch_in_doubt(of_node uuid, told integer) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  well boolean;
  node record;
BEGIN
  SELECT n.newest_epoch = told AND told > n.epoch_floor AND h.at > clock_timestamp() - interval '10 s'
    AND m.fingerprint =
      concat(coalesce(nullif(current_setting('citygate.place', true), ''), database_place()), '/', m.tableoid)
  INTO well FROM nodes n CROSS JOIN meta m CROSS JOIN heartbeat h WHERE n.id = of_node;
  IF well THEN
    RETURN NULL;
  END IF;
  SELECT n.id, n.newest_epoch AS newest, n.epoch_floor AS floor, database_moved() AS moved, central_was_away() AS away
  INTO node FROM nodes n WHERE n.id = of_node;
  IF node.newest = told AND told > node.floor AND NOT node.moved AND NOT node.away THEN
    RETURN NULL;
  END IF;
  RETURN jsonb_build_object('node', CASE WHEN node.id IS NOT NULL THEN to_jsonb(node) END);
END $$;--> statement-breakpoint
-- Whether a game server has no place for this hunter; where it has, the place is taken out of what is known to be free. Under
-- the server's lock, as an adoption, which takes one too. Nothing else makes them fewer; what becomes free is found when it is
-- counted again: when nothing is left, when the capacity is another one, and after a minute.
CREATE OR REPLACE FUNCTION is_full(of_server integer, capacity integer, hunter text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  free integer;
BEGIN
  UPDATE server_room r SET places = r.places - 1
  WHERE r.server_id = of_server AND r.places > 0 AND r.capacity = is_full.capacity
    AND r.counted_at > clock_timestamp() - interval '1 min';
  IF FOUND THEN
    RETURN false;
  END IF;
  -- All who were there last and all who travel, whether they still live or not: those who do are never more.
  free := is_full.capacity - (SELECT count(*) FROM leases l WHERE l.server_id = of_server)
    - (SELECT count(*) FROM seats s WHERE s.server_id = of_server);
  IF free > 0 THEN
    INSERT INTO server_room AS r (server_id, capacity, places, counted_at)
    VALUES (of_server, is_full.capacity, free - 1, clock_timestamp())
    ON CONFLICT (server_id) DO UPDATE
    SET capacity = excluded.capacity, places = excluded.places, counted_at = excluded.counted_at;
    RETURN false;
  END IF;
  -- From here on nobody counts along.
  DELETE FROM server_room r WHERE r.server_id = of_server;
  -- Players that live nodes hold there and travellers on the way, without him.
  RETURN is_full.capacity <= (SELECT count(*) FROM (
    SELECT l.capcom_id FROM leases l
    JOIN nodes n ON n.id = l.node_id AND n.newest_epoch = l.epoch
    JOIN node_epochs e ON e.node_id = l.node_id AND e.epoch = l.epoch AND e.expires_at > clock_timestamp()
    WHERE l.server_id = of_server AND l.capcom_id <> hunter
    UNION
    SELECT s.capcom_id FROM seats s
    WHERE s.server_id = of_server AND s.expires_at > clock_timestamp() AND s.capcom_id <> hunter) expected);
END $$;--> statement-breakpoint
-- Most have nobody yet: then one look is all. Under the player's lock, as before.
CREATE OR REPLACE FUNCTION acquaintances_of(hunter text, requests_at_most integer) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  alone boolean;
  denies boolean;
BEGIN
  SELECT p.denies_requests, NOT EXISTS (SELECT FROM friends f WHERE f.owner = hunter)
    AND NOT EXISTS (SELECT FROM blacklist b WHERE b.owner = hunter)
    AND NOT EXISTS (SELECT FROM friend_requests r WHERE r.asked = hunter)
  INTO denies, alone FROM players p WHERE p.capcom_id = hunter;
  IF alone THEN
    RETURN jsonb_build_object('friends', '[]'::jsonb, 'blacklist', '[]'::jsonb, 'requests', '[]'::jsonb, 'deniesRequests', denies);
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

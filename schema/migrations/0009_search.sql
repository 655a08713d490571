-- Every part of one or two letters of a name: what a search for so little asks for (docs/decisions/0100-short-parts-of-names.md).
CREATE FUNCTION name_parts(name text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (SELECT array_agg(DISTINCT substr(name, i, n))
  FROM generate_series(1, length(name)) i, generate_series(1, 2) n WHERE i + n <= length(name) + 1);--> statement-breakpoint
DROP VIEW "public"."live_presence";--> statement-breakpoint
DROP INDEX "players_by_seen";--> statement-breakpoint
DROP INDEX "players_by_name";--> statement-breakpoint
DROP INDEX "players_by_rank";--> statement-breakpoint
ALTER TABLE "leases" ADD COLUMN "seen_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
UPDATE "leases" l SET "seen_at" = p."seen_at" FROM "players" p WHERE p."capcom_id" = l."capcom_id";--> statement-breakpoint
ALTER TABLE "presence" ADD COLUMN "fields" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "presence" ADD COLUMN "city_fields" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
CREATE INDEX "leases_by_seen" ON "leases" USING btree ((case when "node_id" is null then "seen_at" else 'infinity' end),"capcom_id");--> statement-breakpoint
CREATE INDEX "players_name_parts" ON "players" USING gin (name_parts("name_folded"));--> statement-breakpoint
CREATE INDEX "players_by_name" ON "players" USING btree ("name_folded","capcom_id","rank");--> statement-breakpoint
CREATE INDEX "players_by_rank" ON "players" USING btree ("rank","capcom_id","name_folded");--> statement-breakpoint
CREATE VIEW "public"."live_presence" AS (select "presence"."capcom_id", "presence"."node_id", "presence"."server_id", "presence"."gate", "presence"."city", "presence"."in_quest", "presence"."leader", "presence"."told_at", "presence"."fields", "presence"."city_fields", "node_epochs"."renewed_at" from "presence" inner join "leases" on ("leases"."capcom_id" = "presence"."capcom_id" and "leases"."fence" = "presence"."fence") inner join "node_epochs" on ("node_epochs"."node_id" = "presence"."node_id" and "node_epochs"."epoch" = "presence"."epoch" and "node_epochs"."expires_at" > clock_timestamp()) inner join "nodes" on ("nodes"."id" = "node_epochs"."node_id" and "nodes"."newest_epoch" = "node_epochs"."epoch") where ("leases"."node_id" = "presence"."node_id" and "leases"."epoch" = "presence"."epoch"));